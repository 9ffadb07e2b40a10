using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EventPipeline.Hosting;

/// <summary>
/// What the endpoints have in common, as OpenAPI: how money is written, who may call, and how they are refused.
/// </summary>
internal static class ApiDescription
{
    private const string SignIn = "google";

    public static void Describe(OpenApiOptions openApi)
    {
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "EventPipeline";
            document.Info.Description = "AI usage and spend, loaded every morning, exactly once.";
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[SignIn] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "An ID token that Google signed: of an operator, for the audience of the service's "
                    + "operators, or of Pub/Sub's push identity. On one machine, callers of the loopback address need "
                    + "none.",
            };
            return Task.CompletedTask;
        });
        openApi.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            operation.Responses ??= [];
            if (metadata.OfType<IAuthorizeData>().Any(who => who.Policy is Access.Operators or Access.Push))
            {
                operation.Security =
                [
                    new OpenApiSecurityRequirement
                    {
                        [new OpenApiSecuritySchemeReference(SignIn, context.Document)] = [],
                    },
                ];
                Add(operation.Responses, StatusCodes.Status401Unauthorized, "No valid token of a caller.");
                Add(operation.Responses, StatusCodes.Status403Forbidden, "The token belongs to somebody else.");
            }

            Add(operation.Responses, StatusCodes.Status400BadRequest, "A parameter or the body cannot be read.");
            Add(operation.Responses, StatusCodes.Status413PayloadTooLarge, "The body is longer than 1 MiB.");
            Add(operation.Responses, StatusCodes.Status500InternalServerError, "Something failed; try again later.");
            return Task.CompletedTask;
        });
        openApi.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(decimal))
            {
                // as DecimalAsString writes it
                (schema.Type, schema.Format, schema.Pattern) = (JsonSchemaType.String, "decimal", null);
            }
            else if (context.JsonTypeInfo.Type == typeof(IReadOnlyDictionary<string, decimal>))
            {
                schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, Format = "decimal" };
            }
            else if (context.JsonTypeInfo.Type.IsAssignableTo(typeof(ReportedMoney)))
            {
                schema.Required ??= new HashSet<string>();
                schema.Required.UnionWith(["usd", "estimatedUsd"]);
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>A refusal, as every one is described (RFC 9457), unless the endpoint describes it itself.</summary>
    private static void Add(OpenApiResponses responses, int status, string description) => responses.TryAdd(
        $"{status}",
        new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() },
        });
}
