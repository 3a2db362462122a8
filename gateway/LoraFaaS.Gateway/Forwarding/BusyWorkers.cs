using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Dispatch;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// The workers that had no place for one generation of a function that bounds itself. Each is asked once, in the order of placement; where none is left that could be asked, or
/// something else goes wrong, the generation waits at the next place it comes to, whichever it is: nobody is sent to and fro.
/// </summary>
/// <param name="excluded">Where placement does not look.</param>
internal sealed class BusyWorkers(HashSet<WorkerId> excluded)
{
    private readonly List<WorkerId> _passed = [];
    private bool _waits;

    /// <summary>The worker is to say at once that it has no place: another can serve.</summary>
    public bool MayMove(DispatchOutcome.On target) => !_waits && target.OthersCanServe;

    /// <summary>It had no place.</summary>
    public void Pass(WorkerId worker)
    {
        if (excluded.Add(worker))
        {
            _passed.Add(worker);
        }
    }

    /// <summary>From now on it waits where it comes. False: nobody was passed, so there is no more to choose from than before.</summary>
    public bool TryWait()
    {
        if (_passed.Count == 0)
        {
            return false;
        }

        _waits = true;
        excluded.ExceptWith(_passed);
        _passed.Clear();
        return true;
    }
}
