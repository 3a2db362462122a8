using System.Collections.Immutable;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Tests.Isolation;

public sealed class ConfinementPlanTests
{
    private static readonly MachineIsolation Everything = new(ImmutableDictionary<IsolationMeasure, string>.Empty, []);

    [Fact]
    public void A_machine_that_can_everything_does_everything()
    {
        var confinement = Plan(Program(ConfinedKind.Sandbox), Everything);

        Assert.True(confinement is { NetworkNamespace: true, IpcNamespace: true, FileRules: true, CallFilter: true, CallWatch: true, DropCapabilities: true, UserBase: 1_000 });
        Assert.Null(confinement.WritableFolder);
        Assert.Contains(confinement.Limits, limit => limit is { Resource: Resource.FileSize, Value: 0 });
        Assert.Contains("/programs/sandbox", confinement.Executable);

        // 0 would be no limit to a dump that goes to a program.
        Assert.Contains(confinement.Limits, limit => limit is { Resource: Resource.Core, Value: 1 });
    }

    [Fact]
    public void What_the_machine_cannot_is_left_out_and_nothing_else()
    {
        foreach (var measure in Enum.GetValues<IsolationMeasure>())
        {
            var confinement = Plan(Program(ConfinedKind.Handler) with { TmpBytes = 1 << 20 }, Without(measure));

            Assert.Equal(measure is not IsolationMeasure.Network, confinement.NetworkNamespace);
            Assert.Equal(measure is not IsolationMeasure.Ipc, confinement.IpcNamespace);
            Assert.Equal(measure is not IsolationMeasure.Files, confinement.FileRules);
            Assert.Equal(measure is not IsolationMeasure.Calls, confinement.CallFilter);
            Assert.Equal(measure is not (IsolationMeasure.Calls or IsolationMeasure.Watch), confinement.CallWatch);
            Assert.Equal(measure is not IsolationMeasure.Capabilities, confinement.DropCapabilities);
            Assert.Equal(measure is not IsolationMeasure.User, confinement.UserBase is not null);
            Assert.Equal(measure is not IsolationMeasure.Tmp, confinement.WritableFolder is not null);
        }
    }

    [Fact]
    public void Threads_are_limited_by_user_only_where_the_user_is_its_own()
    {
        Assert.Contains(Plan(Program(ConfinedKind.Sandbox), Everything).Limits, limit => limit.Resource is Resource.Processes);
        Assert.DoesNotContain(Plan(Program(ConfinedKind.Sandbox), Without(IsolationMeasure.User)).Limits, limit => limit.Resource is Resource.Processes);
    }

    [Fact]
    public void Nothing_outside_of_programs_and_libraries_is_in_view()
    {
        var confinement = Plan(Program(ConfinedKind.Sandbox), Everything);

        Assert.DoesNotContain(confinement.Readable.Concat(confinement.Executable), path => path is "/" or "/proc" or "/etc" or "/tmp" or "/dev" or "/home" or "/root" or "/var" or "/sys");
    }

    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", 0, OpeningAnswer.LetThrough)]
    [InlineData("/usr/lib/../../etc/shadow", 0, OpeningAnswer.LetTheRulesRefuse)]
    [InlineData("/usr/libexec/x", 0, OpeningAnswer.LetTheRulesRefuse)]
    [InlineData("/proc/1/environ", 0, OpeningAnswer.LetTheRulesRefuse)]
    [InlineData("relative", 0, OpeningAnswer.LetTheRulesRefuse)]
    [InlineData("/proc/77/stat", 0, OpeningAnswer.LetThrough)]
    [InlineData("/usr/lib/x", 0x41, OpeningAnswer.Refuse)]
    [InlineData("/proc/self/task/9/comm", 0x2, OpeningAnswer.RefuseQuietly)]
    [InlineData(null, 0x1, OpeningAnswer.Refuse)]
    internal void Openings_outside_are_written_down(string? path, ulong flags, OpeningAnswer expected) =>
        Assert.Equal(expected, new OpeningRules(Plan(Program(ConfinedKind.Sandbox), Everything), processId: 77).Judge(path, flags));

    [Fact]
    public void Required_measures_are_words_and_unknown_ones_are_named()
    {
        Assert.Equal([IsolationMeasure.Files, IsolationMeasure.Calls], new IsolationOptions { RequireIsolation = "files, calls" }.Required);
        Assert.Equal(Enum.GetValues<IsolationMeasure>(), new IsolationOptions { RequireIsolation = "all" }.Required);
        Assert.Equal(["fiels"], new IsolationOptions { RequireIsolation = "fiels,calls" }.Unknown);
        Assert.True(new IsolationOptionsTogether().Validate(null, new IsolationOptions { RequireIsolation = "7" }).Failed);
    }

    [Fact]
    public void Namespaces_that_are_made_outside_are_not_made_again()
    {
        var confinement = Plan(Program(ConfinedKind.Sandbox), Everything with { Outer = ["unshare"] });

        Assert.False(confinement.NetworkNamespace || confinement.IpcNamespace);
        Assert.True(confinement is { FileRules: true, CallFilter: true });
    }

    [Fact]
    public void What_is_missing_is_told_with_its_reason() =>
        Assert.Equal(["isolation: no network namespace of its own (network): Operation not permitted"], Without(IsolationMeasure.Network, "Operation not permitted").NotEnforced);

    private static MachineIsolation Without(IsolationMeasure measure, string reason = "no") =>
        Everything with { Missing = Everything.Missing.Add(measure, reason) };

    private static ConfinedProgram Program(ConfinedKind kind) => new() { Kind = kind, Path = "/programs/sandbox/LoraFaaS.Sandbox", MemoryBytes = 1 << 30 };

    private static Confinement Plan(ConfinedProgram program, MachineIsolation machine) =>
        ConfinementPlan.Of(program, machine, "/tmp/w/s", ["/programs/sandbox"], "/tmp/w/tmp", userBase: 1_000, groups: []);
}
