using System.Collections.Concurrent;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Planning;

namespace LoraFaaS.ControlPlane.Logs;

/// <summary>Who follows which function's log at this controller.</summary>
public sealed class LogNews(TimeProvider time)
{
    private readonly ConcurrentDictionary<WakeSignal, FunctionId> _followers = new();

    public void Ring(FunctionId function)
    {
        foreach (var (bell, followed) in _followers)
        {
            if (followed == function)
            {
                bell.Ring();
            }
        }
    }

    public void RingAll()
    {
        foreach (var bell in _followers.Keys)
        {
            bell.Ring();
        }
    }

    internal WakeSignal Follow(FunctionId function)
    {
        var bell = new WakeSignal(time);
        _followers[bell] = function;
        return bell;
    }

    internal void Unfollow(WakeSignal bell) => _followers.TryRemove(bell, out _);
}
