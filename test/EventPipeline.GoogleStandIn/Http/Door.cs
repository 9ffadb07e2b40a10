using EventPipeline.GoogleStandIn.Faults;
using EventPipeline.GoogleStandIn.Quotas;
using EventPipeline.GoogleStandIn.Tokens;

namespace EventPipeline.GoogleStandIn.Http;

/// <summary>
/// What every request of Google's APIs passes: the access token, the faults before and after the effect, the list of
/// requests, how many there may be, and the one shape of errors.
/// </summary>
internal sealed class Door(
    IEndpointRouteBuilder routes,
    Settings settings,
    AccessTokens tokens,
    FaultBox faults,
    RequestLog requests,
    RequestQuotas quotas,
    CurrentLimits limits)
{
    /// <summary>An endpoint that needs an access token and takes JSON.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="operation">Its name in faults and in the list of requests.</param>
    /// <param name="handle">Does it; the effect is durable when it returns. Nothing is sent before.</param>
    /// <param name="prepare">Says what the request is about, before anything takes effect.</param>
    public void Map(
        string method,
        string pattern,
        string operation,
        Func<Call, Task<IResult>> handle,
        Action<Call>? prepare = null) =>
        Map(
            method,
            pattern,
            _ => operation,
            async call =>
            {
                await call.ReadBodyAsync(limits.Values.RequestBytes);
                prepare?.Invoke(call);
            },
            handle);

    /// <summary>An endpoint that needs an access token.</summary>
    public void Map(
        string method,
        string pattern,
        Func<HttpRequest, string> operation,
        Func<Call, Task> prepare,
        Func<Call, Task<IResult>> handle) =>
        MapOpen(method, pattern, operation, async call =>
        {
            if (!settings.Anonymous && !tokens.IsValid(call.Http.Request.Headers.Authorization))
            {
                throw new GoogleException(
                    401,
                    "authError",
                    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
                        + "other valid "
                        + "authentication credential. See "
                        + "https://developers.google.com/identity/sign-in/web/devconsole-project.",
                    "Authorization");
            }

            if (RequestQuotas.MethodOf(call.Operation) is { } counted)
            {
                quotas.Enter(counted);
                call.IsCounted = true;
            }

            await prepare(call);
        }, handle);

    /// <summary>An endpoint that everyone may call.</summary>
    public void MapOpen(
        string method,
        string pattern,
        Func<HttpRequest, string> operation,
        Func<Call, Task> prepare,
        Func<Call, Task<IResult>> handle) =>
        routes.MapMethods(pattern, [method], async context =>
        {
            var call = new Call(context, operation(context.Request));
            var isCut = false;
            try
            {
                var result = await AnswerAsync(call, prepare, handle);
                await result.ExecuteAsync(context);
            }
            catch (Exception ex) when (ex is OperationCanceledException or IOException)
            {
                // The caller went away, or a fault cut the connection: there is nobody to answer.
                isCut = true;
                context.Abort();
            }
            finally
            {
                requests.Add(call, isCut ? 0 : context.Response.StatusCode);
                if (call.IsCounted)
                {
                    quotas.Calls.Leave();
                }
            }
        });

    private async Task<IResult> AnswerAsync(Call call, Func<Call, Task> prepare, Func<Call, Task<IResult>> handle)
    {
        try
        {
            await prepare(call);
            return await faults.MeetAsync(call, after: false) ?? await EffectAsync(call, handle);
        }
        catch (GoogleException error)
        {
            return Answer.Error(error);
        }
    }

    private async Task<IResult> EffectAsync(Call call, Func<Call, Task<IResult>> handle)
    {
        IResult result;
        try
        {
            result = await handle(call);
        }
        catch (GoogleException error)
        {
            result = Answer.Error(error);
        }

        return await faults.MeetAsync(call, after: true) ?? result;
    }
}
