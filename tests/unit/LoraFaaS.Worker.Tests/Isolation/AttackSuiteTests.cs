using LoraFaaS.Attacks;
using LoraFaaS.Attacks.Memory;
using LoraFaaS.Attacks.Resources;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Processes;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Sandboxes;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Isolation;

/// <summary>
/// A sandbox whose engine was taken over, under the very launcher and confinement of every other, beside a victim that must notice nothing.
/// The hostile program is tests/attacks/LoraFaaS.HostileSandbox; the attacks are in LoraFaaS.Attacks.
/// </summary>
public sealed class AttackSuiteTests
{
    [Fact]
    public async Task A_taken_over_sandbox_gets_nowhere_and_its_name_is_written_down()
    {
        await using var hostile = await HostileWorld.StartAsync(LittleProcessorTime);
        var expected = await hostile.AskVictimAsync();
        var victim = hostile.World.Worker.SandboxOf(HostileWorld.Victim).ProcessId;

        // Somebody else's adapter is on the disk, for it to be after.
        await hostile.World.Worker.GenerateAsync(hostile.World.Request("sentiment", "{}", HostileWorld.Victim, 1), TestContext.Current.CancellationToken);
        Assert.NotEmpty(HostileWorld.KeptFiles(hostile.World.Folder));
        List<string> succeeded = [];

        foreach (var attack in AttackList.All.Where(attack => !attack.IsDeadly))
        {
            if (!hostile.CanJudge(attack))
            {
                Say($"not judged: {attack.Name}: this machine has none of {string.Join(", ", attack.StoppedBy)}: {string.Join("; ", hostile.Machine.NotEnforced)}");
                continue;
            }

            var before = hostile.Log.Lines.Count;
            var beside = hostile.AskVictimAsync();
            var result = await hostile.AttackAsync(attack);
            Assert.Equal(expected, await beside);
            succeeded.AddRange(result.Succeeded.Select(what => $"{attack.Name}: {what}"));

            if (hostile.Machine.Has(IsolationMeasure.Watch) && attack is not (StarveProcessors or FloodOpenings or FloodSocket))
            {
                await Patience.UntilAsync(() => hostile.Log.Lines.Skip(before).Any(line => IsOfEvil(line, "")), $"a line of {attack.Name}");
            }

            Say($"{attack.Name}: {result.Refused.Count} refused");
        }

        Assert.Empty(succeeded);
        Assert.True(hostile.Log.Lines.Any(line => IsOfEvil(line, "serving ")) || !hostile.Machine.Has(IsolationMeasure.Watch));
        Assert.Equal(victim, hostile.World.Worker.SandboxOf(HostileWorld.Victim).ProcessId);
        Assert.Equal(expected, await hostile.AskVictimAsync());
    }

    [Fact]
    public async Task Every_attempt_on_the_backbone_is_a_line_of_its_own()
    {
        await using var hostile = await HostileWorld.StartAsync();
        var expected = await hostile.AskVictimAsync();
        Assert.SkipUnless(hostile.Machine.Has(IsolationMeasure.Watch), string.Join("; ", hostile.Machine.NotEnforced));

        foreach (var attack in (Attack[])[new RemapBackbone(), new UnsealBackbone(), new DropSharedPages()])
        {
            var before = hostile.Log.Lines.Count;
            var result = await hostile.AttackAsync(attack);
            Assert.Empty(result.Succeeded);

            // The caller has its answer before the line is written.
            await Patience.UntilAsync(() => hostile.Log.Lines.Skip(before).Count(line => IsOfEvil(line, "was refused")) >= result.Refused.Count);
        }

        Assert.Equal(expected, await hostile.AskVictimAsync());
    }

    [Fact]
    public async Task One_that_spins_comes_last_and_its_name_is_written_down()
    {
        await using var hostile = await HostileWorld.StartAsync(LittleProcessorTime);
        var expected = await hostile.AskVictimAsync();

        // On a machine that is busy with other things it may take some of them until it has computed more than it may.
        await Patience.UntilAsync(async _ =>
        {
            var beside = hostile.AskVictimAsync();
            Assert.Empty((await hostile.AttackAsync(new StarveProcessors())).Succeeded);
            Assert.Equal(expected, await beside);
            return hostile.Log.Lines.Any(line => IsOfEvil(line, "it comes last for"));
        }, Patience.StartLimit);
    }

    [Fact]
    public async Task An_attack_that_ends_its_process_ends_no_other()
    {
        await using var hostile = await HostileWorld.StartAsync();
        var expected = await hostile.AskVictimAsync();
        var victim = hostile.World.Worker.SandboxOf(HostileWorld.Victim).ProcessId;

        foreach (var attack in AttackList.All.Where(attack => attack.IsDeadly))
        {
            if (!hostile.CanJudge(attack))
            {
                Say($"not judged: {attack.Name}: this machine has none of {string.Join(", ", attack.StoppedBy)}: {string.Join("; ", hostile.Machine.NotEnforced)}");
                continue;
            }

            var beside = hostile.AskVictimAsync();
            var result = await hostile.AttackAsync(attack);
            Say($"{attack.Name}: {string.Join("; ", result.Refused)}");
            Assert.Empty(result.Succeeded);
            Assert.Equal(expected, await beside);
        }

        // The caller has its answer before the line is written.
        await Patience.UntilAsync(() => hostile.Log.Lines.Any(line => IsOfEvil(line, "ended by signal")));
        await Patience.UntilAsync(() => !hostile.Machine.Has(IsolationMeasure.Memory) || hostile.Log.Lines.Any(line => IsOfEvil(line, "ended at its memory limit")));
        await Patience.UntilAsync(() => !hostile.Machine.Has(IsolationMeasure.Threads) || hostile.Log.Lines.Any(line => IsOfEvil(line, "was refused more than")));
        Assert.Equal(victim, hostile.World.Worker.SandboxOf(HostileWorld.Victim).ProcessId);
        Assert.Equal(expected, await hostile.AskVictimAsync());
    }

    [Fact]
    public async Task Claims_about_tokens_are_not_believed_and_strangers_sequences_cannot_be_named()
    {
        await using var hostile = await HostileWorld.StartAsync();
        var expected = await hostile.AskVictimAsync();

        var forged = await hostile.OrderAsync("ForgeUsage");
        var times = await hostile.OrderAsync("ForgeTimes");
        var beside = hostile.AskVictimAsync();
        var others = await hostile.OrderAsync("ForgeOthers");

        Assert.Equal(1, forged.Finished?.CompletionTokens);
        Assert.Equal(0, forged.Finished?.PromptTokens);
        Assert.True(times.Finished?.ColdStart is { QueueMs: >= 0, PromptMs: 0, PrefillMs: >= 0 and < 600_000, AdapterMs: >= 0 and < 600_000 }, times.Finished?.ToString());
        Assert.Equal("sandbox_lost", others.Failed?.Code ?? others.Problem?.Code);
        await Patience.UntilAsync(() => hostile.Log.Lines.Any(line => IsOfEvil(line, "broke the protocol with Event")));
        Assert.Equal(expected, await beside);
        await Patience.UntilAsync(() =>
            hostile.Log.Lines.Any(line => line.Contains("evil@", StringComparison.Ordinal) && line.Contains("claims -5 prompt and 1000000", StringComparison.Ordinal)));
        await Patience.UntilAsync(() => hostile.World.Controller.Usage.Count >= 5);
        Assert.All(hostile.World.Controller.Usage, usage => Assert.InRange(usage.CompletionTokens, usage.Outcome == "ok" ? 1 : 0, 60));
        Assert.All(hostile.World.Controller.Usage, usage => Assert.True(usage is { PromptTokens: >= 0, QueueMs: >= 0, PrefillMs: >= 0 and < 600_000, DecodeMs: >= 0 }, usage.ToString()));
        Assert.Equal(hostile.World.Controller.Usage.Count, hostile.World.Controller.Usage.Select(usage => usage.CallId).Distinct().Count());
    }

    /// <summary>Each would be an overflow where the room of others is made, a failure that takes the worker with it, or work without end.</summary>
    [Theory]
    [InlineData("FloodFrames", "broke the protocol with Load")]
    [InlineData("TalkToNobody", "broke the protocol with Event")]
    [InlineData("PassDescriptors", "sent what cannot be taken")]
    [InlineData("SendNoFrame", "sent what is no frame")]
    [InlineData("ClaimPages", "broke the protocol with Load")]
    [InlineData("ClaimNegativePages", "broke the protocol with Load")]
    [InlineData("ClaimAdapter", "broke the protocol with LeaseWanted")]
    public async Task One_that_says_what_none_may_is_cut_off_by_name_and_costs_nobody_else(string order, string line)
    {
        await using var hostile = await HostileWorld.StartAsync();
        var expected = await hostile.AskVictimAsync();
        var victim = hostile.World.Worker.SandboxOf(HostileWorld.Victim).ProcessId;
        await hostile.OrderAsync("ForgeUsage");
        var talking = hostile.OrderAsync(order);

        Assert.Equal("sandbox_lost", (await Patience.ForAsync(talking)).Failed?.Code ?? (await talking).Problem?.Code);
        await Patience.UntilAsync(() => hostile.Log.Lines.Any(said => IsOfEvil(said, line)));

        // Its process and its memory are gone with it, and the room of others can be made.
        await Patience.UntilAsync(() => hostile.World.Worker.Get<SandboxSupervisor>().Resident.All(sandbox => sandbox.Key.TrustDomain.Value == HostileWorld.Victim));
        Assert.Equal(expected, await hostile.AskVictimAsync());
        Assert.Equal(victim, hostile.World.Worker.SandboxOf(HostileWorld.Victim).ProcessId);
    }

    [Fact]
    public async Task One_that_answers_while_its_engine_stands_still_is_ended_and_costs_nobody_else()
    {
        await using var hostile = await HostileWorld.StartAsync("--Worker:SandboxSilence", "00:00:10", "--Worker:SandboxStall", "00:00:05");
        await hostile.AskVictimAsync();
        var standing = hostile.OrderAsync("StandStill");
        await Patience.UntilAsync(() => hostile.Log.Lines.Any(line => line.Contains("of evil@", StringComparison.Ordinal) && line.Contains("has been in one step for 00:00:05", StringComparison.Ordinal)));

        // The next sandbox stands still as well: the invocation is lost with the second one, and not before.
        var lost = await Patience.ForAsync(standing);

        Assert.Equal("sandbox_lost", lost.Failed?.Code ?? lost.Problem?.Code);
        Assert.Equal(2, hostile.Log.Lines.Count(line => IsOfEvil(line, "has been in one step for")));
        Assert.NotEmpty(await hostile.AskVictimAsync());
    }

    [Fact]
    public async Task Every_thread_of_every_sandbox_is_held_by_the_same_measures()
    {
        await using var hostile = await HostileWorld.StartAsync();
        await hostile.AskVictimAsync();
        await hostile.OrderAsync("ForgeUsage");

        foreach (var sandbox in hostile.World.Worker.Supervisor.Resident)
        {
            Assert.True(ProcessControl.Send(sandbox.ProcessId, Signal.Probe));
            Assert.Contains("HostileSandbox", File.ReadAllText($"/proc/{sandbox.ProcessId}/cmdline"), StringComparison.Ordinal);

            foreach (var thread in Directory.GetDirectories($"/proc/{sandbox.ProcessId}/task"))
            {
                var status = File.ReadAllText(thread + "/status");
                Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
                Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
                Assert.True(!hostile.Machine.Has(IsolationMeasure.Calls) || status.Contains("Seccomp:\t2", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>A share that the test's own spinning exceeds also where it is given little of a busy machine.</summary>
    private static string[] LittleProcessorTime => ["--Worker:ProcessorShare", "0.01"];

    private static bool IsOfEvil(string line, string part) => line.Contains("of evil@", StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal);

    private static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
