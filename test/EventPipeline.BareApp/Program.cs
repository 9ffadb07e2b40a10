// What any service on ASP.NET Core pays: a start, a probe, and a POST whose body is read and answered 204.
var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
await using var app = builder.Build();
app.MapGet("/liveness", () => Results.NoContent());
app.MapPost("/", async (HttpRequest request) =>
{
    await request.Body.CopyToAsync(Stream.Null, request.HttpContext.RequestAborted);
    return Results.NoContent();
});
await app.RunAsync();
