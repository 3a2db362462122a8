using LoraFaaS.Gateway.Rehearsals;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.TestKit.Files;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests.Rehearsals;

public sealed class DoorRehearsalTests
{
    [Fact]
    public async Task Every_call_of_a_rehearsal_is_answered()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("password"), "a password", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("token"), RunningGateway.Token, TestContext.Current.CancellationToken);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Internal:TokenFile", folder.File("token"))]).Build();
        var rehearsal = new DoorRehearsal(
            Options.Create(new GatewayOptions { PasswordFile = folder.File("password") }), new InternalToken(RunningGateway.Token), configuration, TimeProvider.System,
            NullLogger<DoorRehearsal>.Instance);

        Assert.Equal(8, await rehearsal.PerformAsync(TestContext.Current.CancellationToken));
    }
}
