using System.Collections.Immutable;
using LoraFaaS.Linux.Cgroups;
using LoraFaaS.Linux.Confinement;

namespace LoraFaaS.Worker.Isolation;

/// <summary>What this machine enforces on processes of this worker, as tried at start.</summary>
/// <param name="Missing">Measures that do not hold, each with the reason.</param>
/// <param name="Groups">Hierarchies in which a group could be made and entered.</param>
internal sealed record MachineIsolation(ImmutableDictionary<IsolationMeasure, string> Missing, ImmutableArray<CgroupPlace> Groups)
{
    public bool Has(IsolationMeasure measure) => !Missing.ContainsKey(measure);

    /// <summary>The measures that hold, by the words of Worker:RequireIsolation.</summary>
    public IReadOnlyList<string> Enforced => [.. Enum.GetValues<IsolationMeasure>().Where(Has).Select(measure => measure.ToString().ToLowerInvariant())];

    /// <summary>One line for each measure that does not hold, for /healthz and the controller.</summary>
    public IReadOnlyList<string> NotEnforced =>
    [
        .. Missing.OrderBy(missing => missing.Key).Select(missing => $"isolation: {Describe(missing.Key)} ({missing.Key.ToString().ToLowerInvariant()}): {missing.Value}"),
    ];

    private static string Describe(IsolationMeasure measure) => measure switch
    {
        IsolationMeasure.Privileges => "no_new_privs is not enforced",
        IsolationMeasure.Capabilities => "capabilities are not dropped",
        IsolationMeasure.User => "no user of its own",
        IsolationMeasure.Files => "file rules (Landlock) are not enforced",
        IsolationMeasure.Calls => "the call filter (seccomp) is not enforced",
        IsolationMeasure.Watch => "refused calls are not logged",
        IsolationMeasure.Network => "no network namespace of its own",
        IsolationMeasure.Ipc => "no IPC namespace of its own",
        IsolationMeasure.Tmp => "no bounded temporary folder for handlers; they get none",
        IsolationMeasure.Memory => "the memory limit (cgroup) is not enforced",
        IsolationMeasure.Cpu => "the processor share (cgroup) is not enforced",
        IsolationMeasure.Threads => "the thread limit (cgroup) is not enforced",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
