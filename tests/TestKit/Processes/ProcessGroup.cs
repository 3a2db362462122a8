using LoraFaaS.TestKit.Platform;

namespace LoraFaaS.TestKit.Processes;

/// <summary>Signals to every process below one, those it forks meanwhile included. A process that has ended meanwhile is passed over.</summary>
public static class ProcessGroup
{
    /// <summary>SIGSTOP to the descendants whose command line contains a text: they are there and say nothing.</summary>
    public static void Freeze(int ancestor, string commandLinePart = "") => SendToAll(ancestor, commandLinePart, Signals.Stop);

    /// <summary>SIGCONT to the same.</summary>
    public static void Thaw(int ancestor, string commandLinePart = "") => SendToAll(ancestor, commandLinePart, Signals.Continue);

    /// <summary>SIGKILL to the same.</summary>
    public static void Kill(int ancestor, string commandLinePart = "") => SendToAll(ancestor, commandLinePart, Signals.Kill);

    /// <summary>SIGKILL to these alone: who watches over them may start others at once, which are not meant.</summary>
    public static void Kill(IEnumerable<int> processes)
    {
        foreach (var pid in processes)
        {
            Signals.Send(pid, Signals.Kill);
        }
    }

    /// <summary>SIGTERM to one: it ends as it would for an orchestrator.</summary>
    public static void Terminate(int process) => Signals.Send(process, Signals.Terminate);

    /// <summary>Asks again until nobody is new: parents have lower numbers as a rule, and what was stopped forks no more.</summary>
    private static void SendToAll(int ancestor, string commandLinePart, int signal)
    {
        HashSet<int> known = [];

        while (ProcessTree.DescendantsOf(ancestor, commandLinePart).Where(known.Add).ToList() is { Count: > 0 } fresh)
        {
            fresh.ForEach(pid => Signals.Send(pid, signal));
        }
    }
}
