using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>The station that lets only the platform's own processes in.</summary>
public static class InternalTokenExtensions
{
    private const string BearerPrefix = "Bearer ";

    /// <summary>
    /// Answers 401 to whatever does not carry the token, except <c>/healthz</c>. A gRPC caller reads that status as UNAUTHENTICATED.
    /// A <see cref="CallProof"/> for this host's address stands for the token; the endpoint then sees to it that the body is the one it was made for.
    /// <c>/metrics</c> also takes it as a bearer token, which is what Prometheus can send from a file.
    /// </summary>
    public static IApplicationBuilder UseInternalToken(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var token = context.RequestServices.GetRequiredService<InternalToken>();

        if (context.Request.Path.Equals("/healthz", StringComparison.Ordinal) || IsTrusted(context.Request, token))
        {
            return next(context);
        }

        if (context.Request.Headers[CallProof.HeaderName] is [{ } proof] && IsForUs(context) && CallProof.Holds(token, context.Request.Host.Value ?? "", proof))
        {
            context.Response.Headers[CallProof.HeaderName] = CallProof.Answer(token, proof);
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    });

    internal static IServiceCollection AddInternalToken(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<InternalTokenOptions, InternalTokenOptionsValidator>().BindConfiguration(InternalTokenOptions.Section);
        services.AddSingleton(provider => InternalToken.Load(provider.GetRequiredService<IOptions<InternalTokenOptions>>().Value.TokenFile));
        services.AddHostedService<InternalTokenCheck>();

        return services;
    }

    /// <summary>A proof that somebody else was given is not passed on to us.</summary>
    private static bool IsForUs(HttpContext context) =>
        context.RequestServices.GetService<HostAddresses>()?.Known is not { } urls
        || (Uri.TryCreate(urls.Http, UriKind.Absolute, out var own) && string.Equals(own.Authority, context.Request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private static bool IsTrusted(HttpRequest request, InternalToken token)
    {
        if (token.Matches(request.Headers[InternalToken.HeaderName]))
        {
            return true;
        }

        var authorization = request.Headers.Authorization.ToString();

        return request.Path.Equals("/metrics", StringComparison.Ordinal)
            && authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            && token.Matches(authorization[BearerPrefix.Length..]);
    }

    /// <summary>Reads the file when the host starts, so that a missing one is a failed start and not a failed first request.</summary>
    private sealed class InternalTokenCheck(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<InternalToken>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
