using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests;

public sealed class OpenDoorValidatorTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", false, false, true)]
    [InlineData("http://127.9.9.9:0", false, false, true)]
    [InlineData("http://localhost:8080", false, false, true)]
    [InlineData("http://[::1]:8080", false, false, true)]
    [InlineData("http://0.0.0.0:8080", false, false, false)]
    [InlineData("http://[::]:8080", false, false, false)]
    [InlineData("https://10.0.0.7:443", false, false, false)]
    [InlineData("http://0.0.0.0:8080", true, false, true)]
    [InlineData("http://0.0.0.0:8080", false, true, true)]
    public void A_door_that_others_reach_is_open_only_when_somebody_said_so(string url, bool keys, bool open, bool allowed)
    {
        foreach (var doors in (HostingOptions[])[new() { HttpUrl = url }, new() { InsideUrl = url }, new() { GrpcUrl = url }])
        {
            var result = new OpenDoorValidator(Options.Create(doors)).Validate(null, new GatewayOptions { RequireApiKeys = keys, AllowOpenInvocations = open });

            Assert.Equal(allowed, result.Succeeded);
        }
    }
}
