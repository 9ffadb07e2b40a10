namespace EventPipeline.Hosting;

/// <summary>Logs one line per request once it has been answered; probes only if everything is logged.</summary>
internal sealed partial class AccessLog(RequestDelegate next, TimeProvider clock, ILogger<AccessLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var began = clock.GetTimestamp();
        int? status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = null;
        }
        finally
        {
            var sent = status ?? context.Response.StatusCode;
            var level = Level(context, sent);
            if (logger.IsEnabled(level))
            {
                var answered = AnsweredRequest.FromContext(context, sent, clock.GetElapsedTime(began));
                RequestLog.Answered(logger, level, answered);
            }
        }
    }

    private static LogLevel Level(HttpContext context, int status) =>
        status >= StatusCodes.Status500InternalServerError ? LogLevel.Warning
        : HealthEndpoints.IsProbe(context.Request.Path) ? LogLevel.Debug
        : LogLevel.Information;

    private static partial class RequestLog
    {
        [LoggerMessage(EventId = 1, EventName = "http.request", Message = "{HttpRequest}")]
        public static partial void Answered(ILogger logger, LogLevel level, AnsweredRequest httpRequest);
    }
}
