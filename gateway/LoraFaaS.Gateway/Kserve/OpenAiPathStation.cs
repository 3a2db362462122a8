namespace LoraFaaS.Gateway.Kserve;

/// <summary>Before routing: KServe has OpenAI's API under <c>/openai/v1</c>. Its clients, told that base address, are OpenAI's, and what they ask is the same.</summary>
internal sealed class OpenAiPathStation(RequestDelegate next)
{
    private const string Prefix = "/openai";
    private const string Version = "/v1";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal, out var rest) && rest.StartsWithSegments(Version, StringComparison.Ordinal))
        {
            context.Request.Path = rest;
        }

        return next(context);
    }
}
