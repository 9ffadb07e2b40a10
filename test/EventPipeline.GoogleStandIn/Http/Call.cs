using System.Text.Json;
using System.Text.Json.Nodes;
using EventPipeline.GoogleStandIn.Quotas;
using Microsoft.AspNetCore.WebUtilities;

namespace EventPipeline.GoogleStandIn.Http;

/// <summary>One request on its way through the stand-in.</summary>
internal sealed class Call(HttpContext http, string operation)
{
    /// <summary>The request and its answer.</summary>
    public HttpContext Http => http;

    /// <summary>What it is called in faults and in the list of requests.</summary>
    public string Operation => operation;

    /// <summary>The JSON it brought.</summary>
    public JsonObject Body { get; set; } = [];

    /// <summary>The body as it came, where it is JSON.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The job it is about.</summary>
    public string? JobId { get; set; }

    /// <summary>
    /// What else a fault may be told by, beside address and body: the resource of the job it is about.
    /// </summary>
    public string About { get; set; } = "";

    /// <summary>Whether it is one of the calls of which only so many may be there at once.</summary>
    public bool IsCounted { get; set; }

    /// <summary>The address, as it came.</summary>
    public string Address => $"{http.Request.Path}{http.Request.QueryString}";

    /// <summary>The parts of a multipart body that are still to be read.</summary>
    public MultipartReader? Parts { get; set; }

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>A value of the path.</summary>
    public string Route(string name) => (string)http.Request.RouteValues[name]!;

    /// <summary>A value of the query string; null when it is absent or empty.</summary>
    public string? Query(string name) => http.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Reads the body as JSON.</summary>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="GoogleException">It has more, or is not JSON.</exception>
    public async Task ReadBodyAsync(int most)
    {
        var body = http.Request.Body;
        using var held = new MemoryStream();
        var piece = new byte[1 << 16];
        for (int size; held.Length <= most && (size = await body.ReadAsync(piece, Aborted)) > 0;)
        {
            held.Write(piece, 0, size);
        }

        if (held.Length > most)
        {
            // Whoever still sends does not read the answer.
            await body.CopyToAsync(Stream.Null, Aborted);
            throw QuotaErrors.RequestBytes(most);
        }

        held.Position = 0;
        await ReadBodyAsync(held);
    }

    /// <summary>Reads a part of the body as JSON.</summary>
    public async Task ReadBodyAsync(Stream body)
    {
        using var text = new StreamReader(body);
        Text = await text.ReadToEndAsync(Aborted);
        try
        {
            Body = Text.Length == 0
                ? []
                : JsonNode.Parse(Text) as JsonObject ?? throw new JsonException("The body is not an object.");
        }
        catch (JsonException ex)
        {
            throw new GoogleException(400, "parseError", $"Invalid JSON payload received. {ex.Message}");
        }
    }
}
