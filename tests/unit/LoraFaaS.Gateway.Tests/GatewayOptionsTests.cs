using LoraFaaS.TestKit.Files;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public async Task All_that_is_wrong_is_said_at_once_before_anything_listens()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("token"), new string('t', 40));
        await File.WriteAllTextAsync(folder.File("empty"), "\n");
        string[] args =
        [
            "--Internal:TokenFile", folder.File("token"),
            "--Gateway:PasswordFile", folder.File("empty"),
            "--Gateway:ControllerHttpUrl", "ftp://controller",
            "--Gateway:MaxInFlight", "0",
        ];

        var failure = Assert.Throws<OptionsValidationException>(() => GatewayHost.Build(args));

        Assert.Contains(failure.Failures, line => line.Contains("Gateway:ControllerHttpUrl", StringComparison.Ordinal));
        Assert.Contains(failure.Failures, line => line.Contains("Gateway:ControllerRpcUrl", StringComparison.Ordinal));
        Assert.Contains(failure.Failures, line => line.Contains("Gateway:PasswordFile", StringComparison.Ordinal));
        Assert.Contains(failure.Failures, line => line.Contains("MaxInFlight", StringComparison.Ordinal));
    }
}
