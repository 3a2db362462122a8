using System.Globalization;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Cgroups;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Device memory changes hands between real sandboxes, and the ledger always knows whose it is.</summary>
public sealed class LeaseTests
{
    [Fact]
    public async Task A_sandbox_starts_small_grows_with_its_sequences_and_gives_back_what_it_no_longer_needs()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxFirstMemory", "2Mi", "--Worker:SandboxMemory", "64Mi");
        await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", 1), Token);
        var sandbox = world.Worker.SandboxOf("openfaas-fn");
        Assert.Equal(ByteSize.FromMebibytes(2), sandbox.Leased);

        // Twelve answers of 400 tokens have some 15 MB of keys and values between them.
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => world.Worker.GenerateAsync(Endless(world, "openfaas-fn", 400), Token)));
        var ledger = world.Worker.Get<DeviceLedger>();

        Assert.All(answers, answer => Assert.Equal(400, answer.Finished?.CompletionTokens));
        Assert.All(answers, answer => Assert.Equal(answers[0].Text, answer.Text));

        // It may be giving some back at this very moment.
        await Patience.UntilAsync(() => sandbox.Leased == ledger.Used && ledger.Used.Bytes == ledger.Owners.Values.Sum(size => size.Bytes));

        // What it grew by comes back without anybody asking for it.
        await Patience.UntilAsync(() => sandbox.Slack <= ByteSize.FromMebibytes(64) && ledger.Used == sandbox.Leased && sandbox.Leased.Bytes - sandbox.Needed.Bytes <= 3 * DeviceLedger.Extent.Bytes);
        Assert.Equal(answers[0].Text, (await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", 400), Token)).Text);
    }

    [Fact]
    public async Task The_kernel_holds_a_sandbox_to_its_lease_and_to_no_more()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxFirstMemory", "2Mi", "--Worker:SandboxMemory", "64Mi", "--Worker:SandboxOverhead", "512Mi");
        await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", 1), Token);
        var sandbox = world.Worker.SandboxOf("openfaas-fn");
        var machine = world.Worker.Get<IsolationStation>().Machine;
        Assert.SkipUnless(machine.Has(IsolationMeasure.Memory), string.Join("; ", machine.NotEnforced));

        await UntilHeldAsync();
        Assert.True(await sandbox.TryGrowAsync(ByteSize.FromMebibytes(48), Token));
        await UntilHeldAsync();
        await sandbox.ShrinkAsync(ByteSize.FromMebibytes(4), Token);
        await UntilHeldAsync();
        Assert.InRange(sandbox.Leased.Bytes, 0, ByteSize.FromMebibytes(47).Bytes);

        // It may be giving some back at this very moment.
        Task UntilHeldAsync() => Patience.UntilAsync(() => sandbox.Leased is var leased && LimitOf(sandbox.ProcessId) == leased.Bytes + ByteSize.FromMebibytes(512).Bytes && leased == sandbox.Leased);
    }

    [Fact]
    public async Task On_a_full_device_what_nobody_uses_leaves_and_what_runs_stays()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxFirstMemory", "24Mi", "--Worker:SandboxMemory", "32Mi", "--Worker:DeviceMemory", "64Mi");
        await world.Worker.GenerateAsync(Endless(world, "idle", 1), Token);
        using var running = await world.Worker.PostAsync(Endless(world, "busy", 400), TimeSpan.FromMinutes(4), Token);

        var third = await world.Worker.GenerateAsync(Endless(world, "third", 2), Token);

        Assert.Equal(2, third.Finished?.CompletionTokens);
        Assert.Equal(400, (await Generation.ReadAsync(running, Token)).Finished?.CompletionTokens);
        Assert.True(world.Worker.Get<DeviceLedger>().Used <= world.Worker.Get<DeviceLedger>().Capacity);
    }

    [Fact]
    public async Task Where_nothing_may_leave_the_newcomer_is_refused_with_a_reason()
    {
        await using var world = await DemoWorld.StartAsync(
            "--Worker:SandboxFirstMemory", "24Mi", "--Worker:SandboxMemory", "32Mi", "--Worker:DeviceMemory", "48Mi", "--Worker:Offloading", nameof(OffloadMode.None));
        await world.Worker.GenerateAsync(Endless(world, "first", 1), Token);
        await world.Worker.GenerateAsync(Endless(world, "second", 1), Token);

        var refused = await world.Worker.GenerateAsync(Endless(world, "third", 1), Token);

        Assert.Equal("no_capacity", refused.Problem?.Code);
        Assert.Contains("third", refused.Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(2, world.Worker.Supervisor.Resident.Count);
    }

    [Fact]
    public async Task A_preload_that_finds_no_room_takes_none_from_what_runs()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:SandboxFirstMemory", "24Mi", "--Worker:SandboxMemory", "24Mi", "--Worker:DeviceMemory", "24Mi");
        var metrics = world.Worker.Get<WorkerMetrics>();
        var preload = new WorkerCommand
        {
            Preload = new PreloadArtifact
            {
                Kind = "sandbox", Tier = (int)StorageTier.Device, TrustDomain = "other", Key = new RouteKey { Namespace = "other", Function = "f" },
                Revision = new Revision { Number = 1, BackboneDigest = world.Backbone.Value },
            },
        };

        CommandResult result;
        bool ran;

        do
        {
            // Frozen, it is still at it when the command comes. One that was quicker than we is asked again.
            var running = world.Worker.GenerateAsync(Endless(world, "busy", 400), Token);
            await Patience.UntilAsync(() => metrics.Running == 1 || running.IsCompleted);
            var frozen = world.Worker.Supervisor.Resident.Select(sandbox => sandbox.ProcessId).ToList();
            frozen.ForEach(pid => ProcessControl.Send(pid, Signal.Stop));
            result = await world.Controller.CommandAsync(preload);
            ran = metrics.Running == 1;
            frozen.ForEach(pid => ProcessControl.Send(pid, Signal.Continue));
            Assert.Equal(400, (await Patience.ForAsync(running)).Finished?.CompletionTokens);
        }
        while (!ran);

        Assert.NotEqual("", result.ErrorCode);
    }

    [Fact]
    public async Task Who_runs_short_waits_for_the_bytes_of_one_that_was_killed_and_no_longer_than_its_caller()
    {
        await using var world = await DemoWorld.StartAsync(
            "--Worker:SandboxFirstMemory", "4Mi", "--Worker:SandboxMemory", "16Mi", "--Worker:DeviceMemory", "16Mi", "--Worker:Offloading", nameof(OffloadMode.None));
        await world.Worker.GenerateAsync(Endless(world, "openfaas-fn", 1), Token);
        var (ledger, room, sandbox) = (world.Worker.Get<DeviceLedger>(), world.Worker.Get<DeviceRoom>(), world.Worker.SandboxOf("openfaas-fn"));
        var before = sandbox.Leased;
        var killed = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("one that was killed", ledger.Free)).Lease;
        var tenants = new EndingTenants([sandbox]);
        room.Serve(tenants);

        using (var patience = new CancellationTokenSource())
        {
            var refused = room.GrowAsync(sandbox, ByteSize.FromMebibytes(8), patience.Token);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refused);
        }

        var growing = room.GrowAsync(sandbox, ByteSize.FromMebibytes(8), Token);
        Assert.False(growing.IsCompleted);
        killed.Dispose();
        tenants.End();

        Assert.True(await Patience.ForAsync(growing));
        Assert.Equal((ByteSize.FromMebibytes(8), true), (sandbox.Leased, sandbox.Leased > before));

        // Nobody ends: what is not there is refused at once.
        using var rest = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("somebody", ledger.Free)).Lease;
        Assert.False(await Patience.ForAsync(room.GrowAsync(sandbox, ByteSize.FromMebibytes(16), Token)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static GenerateRequest Endless(DemoWorld world, string trustDomain, int maxTokens)
    {
        var request = world.Request(null, "tell a long story", trustDomain, maxTokens);
        request.Sampling.IgnoreEos = true;
        return request;
    }

    /// <summary>Bytes of memory that the control group of a process lets it have.</summary>
    private static long LimitOf(int processId)
    {
        var places = CgroupPlaces.Read(File.ReadAllLines($"/proc/{processId}/cgroup"), File.ReadAllLines("/proc/self/mountinfo"), _ => ["memory"]);
        var file = places.Where(place => place.Controllers.Contains(CgroupController.Memory))
            .Select(place => Path.Combine(place.Folder, place.IsUnified ? "memory.max" : "memory.limit_in_bytes")).First(File.Exists);
        return long.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
    }
}
