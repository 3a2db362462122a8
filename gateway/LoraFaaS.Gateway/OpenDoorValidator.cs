using System.Net;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway;

/// <summary>A door that other machines can reach does not open to everybody unless somebody said so.</summary>
internal sealed class OpenDoorValidator(IOptions<HostingOptions> hosting) : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        (string Option, string Url)[] doors = [("Host:HttpUrl", hosting.Value.HttpUrl), ("Host:InsideUrl", hosting.Value.InsideUrl), ("Host:GrpcUrl", hosting.Value.GrpcUrl)];
        var (option, url) = Array.Find(doors, door => !IsLoopback(door.Url));

        return options.RequireApiKeys || options.AllowOpenInvocations || url is null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{option}: other machines reach {url}, and whoever does could invoke every function. Ask for keys (Gateway:RequireApiKeys true), or say that this is meant (Gateway:AllowOpenInvocations true)");
    }

    /// <summary>What is no address at all is for the listener to refuse.</summary>
    private static bool IsLoopback(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var uri)
        || string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));
}
