using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>A short run of <c>lorafaas bench chaos</c>: parts of the platform are killed and stopped under load, and nothing is lost, wrong, or counted twice.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task A_minute_of_faults_loses_nothing()
    {
        using var folder = new TempFolder();
        await using var chaos = ChildProcess.StartDotnet(
            RepositoryRoot.Built("tests/benchmarks/LoraFaaS.Bench", "LoraFaaS.Bench.dll"), ["chaos", "--minutes", "1", "--load", "0.4", "--json", folder.File("chaos.json")], folder.Path);
        chaos.CloseInput();

        var code = await chaos.Exited.WaitAsync(Patience.StartLimit * 2);

        Assert.True(code == 0, string.Join('\n', chaos.Errors.TakeLast(60)) + string.Join('\n', chaos.Output));
    }
}
