using LoraFaaS.Attacks.Files;
using LoraFaaS.Attacks.Kernel;
using LoraFaaS.Attacks.Memory;
using LoraFaaS.Attacks.Network;
using LoraFaaS.Attacks.Processes;
using LoraFaaS.Attacks.Resources;

namespace LoraFaaS.Attacks;

/// <summary>Every attack, the deadly ones last.</summary>
public static class AttackList
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new RemapBackbone(), new UnsealBackbone(), new DropSharedPages(),
        new ReadProcessMemory(), new TraceProcesses(), new StealDescriptors(), new ReadProcessFiles(), new SignalProcesses(), new StartPrograms(), new GainPrivileges(),
        new ReadSecrets(), new WriteFiles(), new HoldLocks(),
        new OpenConnections(), new ReachLocalSockets(), new QuestionTheSocket(),
        new LeaveNamespaces(), new AskTheKernel(),
        new RaisePriority(), new FloodOutput(), new FloodOpenings(), new FloodSocket(), new StarveProcessors(),
        new ForkBomb(), new ThreadBomb(), new WriteBackbone(), new ExhaustMemory(),
    ];

    public static Attack? Find(string name) => All.FirstOrDefault(attack => attack.Name == name);
}
