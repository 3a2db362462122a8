using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// The workers that had no place for one generation of a function that bounds itself. Each is asked once, in the order of placement; where none is left that could be asked,
/// the generation stands in the lines of several, or, where that does not go, at the next place it comes to, whichever it is: nobody is sent to and fro.
/// </summary>
/// <param name="excluded">Where placement does not look.</param>
internal sealed class BusyWorkers(HashSet<WorkerId> excluded)
{
    private List<(DispatchOutcome.On Target, BusyLine Line)>? _passed;
    private bool _waits;

    /// <summary>None is left that could be asked: what remains is to wait.</summary>
    public bool HasAskedAll { get; private set; }

    /// <summary>The worker is to say at once that it has no place: another can serve, or was asked before it.</summary>
    public bool MayMove(DispatchOutcome.On target) => !_waits && (target.OthersCanServe || _passed is not null);

    /// <summary>It had no place.</summary>
    public void Pass(DispatchOutcome.On target, Problem problem)
    {
        if (excluded.Add(target.Worker))
        {
            (_passed ??= []).Add((target, new BusyLine(target.Worker, problem.RetryAfter)));
        }

        HasAskedAll = !target.OthersCanServe;
    }

    /// <summary>In whose lines to stand, as the policy says; from now on it waits where it comes.</summary>
    public IReadOnlyList<DispatchOutcome.On> TakeLines()
    {
        if (_passed is not { } passed)
        {
            return [];
        }

        DispatchOutcome.On[] lines = [.. LinePolicy.Join([.. passed.Select(one => one.Line)]).Select(line => passed.Find(one => one.Target.Worker == line.Worker).Target)];
        TryWait();
        return lines;
    }

    /// <summary>From now on it waits where it comes. False: nobody was passed, so there is no more to choose from than before.</summary>
    public bool TryWait()
    {
        if (_passed is not { } passed)
        {
            return false;
        }

        _waits = true;
        HasAskedAll = false;
        excluded.ExceptWith(passed.Select(one => one.Target.Worker));
        _passed = null;
        return true;
    }
}
