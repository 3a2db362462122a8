using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Simulator.Running;

/// <summary>The worker's waiting room in the simulator: who has a place in a process, what is learnt from first tokens, and who is refused by that.</summary>
internal sealed class Places(Simulation simulation)
{
    /// <summary>A function's usual one, seconds.</summary>
    private const double Timeout = 60;

    /// <summary>What the newest call weighs in a sandbox's residence.</summary>
    private const double Newest = 0.1;

    private readonly ClusterState _state = simulation.State;

    /// <summary>How many there were when a call was given its place, itself among them, and when that was, seconds.</summary>
    private readonly int[] _company = new int[simulation.Trace.Count];
    private readonly double[] _grantedAt = new double[simulation.Trace.Count];

    public static int TakeFirst(SandboxState sandbox)
    {
        sandbox.Granted = Math.Max(0, sandbox.Granted - 1);
        return sandbox.Queue.Take();
    }

    public bool IsRefused(SandboxState sandbox, int call, double now)
    {
        var slo = simulation.SloMs(_state.Cluster.Backbones[sandbox.Backbone]) / 1000;
        var waited = now - simulation.Trace.Arrival[call];
        var snapshot = new QueueSnapshot
        {
            TimeLeft = TimeSpan.FromSeconds(Timeout - waited),
            SloLeft = TimeSpan.FromSeconds(slo - waited),
            Running = sandbox.Running.Count + sandbox.Batch.Count,
            Waiting = sandbox.Waiting,
            Pending = Pending(sandbox, now),
            Ahead = sandbox.Waiting + sandbox.Batch.Count,
            Pace = sandbox.Pace,
            Slots = _state.System.MostRunning,
            Contenders = Math.Max(1, _state.Computing[sandbox.Device]),
            Residence = TimeSpan.FromSeconds(sandbox.Residence),
            Profile = sandbox.Profile,
        };

        return QueuePolicy.Judge(snapshot) is not QueueVerdict.Enter;
    }

    /// <summary>Of those with a place that wait for memory, an adapter or their prefill.</summary>
    private TimeSpan Pending(SandboxState sandbox, double now)
    {
        var since = Math.Min(
            sandbox.Batch.Count > 0 ? _grantedAt[sandbox.Batch.First] : now, Math.Min(sandbox.Back.Count > 0 ? _grantedAt[sandbox.Back.First] : now, sandbox.Granted > 0 ? _grantedAt[sandbox.Queue.First] : now));
        return TimeSpan.FromSeconds(now - since);
    }

    /// <summary>Places that are free go to the first who wait.</summary>
    public void Grant(SandboxState sandbox)
    {
        var taken = sandbox.Running.Count + sandbox.Batch.Count + sandbox.Back.Count + sandbox.Awaited + sandbox.Granted;

        while (taken < _state.System.MostRunning && sandbox.Granted < sandbox.Queue.Count)
        {
            var call = sandbox.Queue[sandbox.Granted++];
            (_company[call], _grantedAt[call]) = (++taken, simulation.Now);
        }
    }

    /// <summary>A first token came: so long after its place, beside so many.</summary>
    public void Learn(SandboxState sandbox, int call)
    {
        if (_state.System.JudgesQueue)
        {
            sandbox.Profile = sandbox.Profile.Observe(_company[call], TimeSpan.FromSeconds(simulation.Now - _grantedAt[call]) / Math.Max(1, _state.Computing[sandbox.Device]));
        }
    }

    /// <summary>So many first tokens came together.</summary>
    public void LearnPace(SandboxState sandbox, int tokens)
    {
        if (sandbox.FirstTokensAt is var last && !double.IsNaN(last))
        {
            sandbox.Pace = sandbox.Pace.Observe(TimeSpan.FromSeconds(simulation.Now - last), tokens);
        }

        sandbox.FirstTokensAt = sandbox.Waiting > 0 ? simulation.Now : double.NaN;
    }

    /// <summary>A call has left its place.</summary>
    public void Left(SandboxState sandbox, int call) =>
        sandbox.Residence += (sandbox.Residence == 0 ? 1 : Newest) * (simulation.Now - _grantedAt[call] - sandbox.Residence);
}
