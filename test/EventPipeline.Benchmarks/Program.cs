await Console.Out.WriteLineAsync("");
