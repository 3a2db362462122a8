using System.Net;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Async;

/// <summary>Whether a callback's URL is one that is posted to.</summary>
internal sealed class CallbackRule(IOptions<AsyncOptions> options, IOptions<HostingOptions> hosting)
{
    private const int MaxLength = 2_048;

    public bool PrivateToo { get; } = options.Value.PrivateCallbacks ?? ListensOnLoopback(hosting.Value.HttpUrl);

    /// <summary>Null: it is fit. A host's name is only looked up when its turn comes.</summary>
    public Problem? Check(string text)
    {
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Host.Length == 0)
        {
            return Bad("must be an absolute http or https URL");
        }

        if (uri.UserInfo.Length > 0)
        {
            return Bad("must not hold a user name or password");
        }

        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !CallbackAddresses.Allows(address, PrivateToo)
            ? Bad("goes to an address that callbacks are not allowed to go to")
            : null;
    }

    private static Problem Bad(string message) => new(ErrorCode.InvalidRequest, message, WireHeaders.CallbackUrl);

    private static bool ListensOnLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback;
}
