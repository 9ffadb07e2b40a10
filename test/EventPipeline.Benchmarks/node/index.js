const functions = require('@google-cloud/functions-framework');

functions.cloudEvent('accept', () => {});
