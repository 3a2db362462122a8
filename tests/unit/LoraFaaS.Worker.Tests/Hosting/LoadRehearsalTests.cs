using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.TestKit.Files;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Rehearsals;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Hosting;

public sealed class LoadRehearsalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_call_of_a_rehearsal_ends_as_it_should_and_none_of_it_shows_in_the_worker()
    {
        using var folder = new TempFolder();
        await using var worker = await WorkerUnderTest.StartAsync(folder, null, "--Worker:BlankSandboxes", "0");

        Assert.Equal(5, await Create(worker).PerformAsync(Token));

        Assert.Empty(worker.Supervisor.Resident);
        Assert.Empty(worker.Get<ArtifactCache>().Inventory);
        Assert.Empty(worker.Get<AdapterHostCache>().Inventory);
        Assert.Equal(0, worker.Get<MemoryBooks>().Host.Used.Bytes);
        Assert.Equal(0, worker.Get<MemoryBooks>().Device.Used.Bytes);
        Assert.Empty(Directory.EnumerateDirectories(worker.Get<RuntimeFolder>().Path, "rehearsal*"));
        Assert.DoesNotContain("rehearsal", await worker.Http.GetStringAsync("/metrics", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_broken_off_leaves_nothing_behind()
    {
        using var folder = new TempFolder();
        await using var worker = await WorkerUnderTest.StartAsync(folder, null, "--Worker:BlankSandboxes", "0");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Create(worker).PerformAsync(new CancellationToken(canceled: true)));

        Assert.Empty(Directory.EnumerateDirectories(worker.Get<RuntimeFolder>().Path, "rehearsal*"));
    }

    private static LoadRehearsal Create(WorkerUnderTest worker) => new(
        worker.Get<IsolationStation>(), worker.Get<RuntimeFolder>(), worker.Get<LoadThreads>(), worker.Get<InternalToken>(), worker.Get<IConfiguration>(), TimeProvider.System,
        NullLogger<LoadRehearsal>.Instance);
}
