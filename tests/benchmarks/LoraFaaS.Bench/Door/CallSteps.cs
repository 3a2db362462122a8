using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// One call through a door, in microseconds of its threads: what lies on the caller's way (the first six), and what is done while the caller or the worker has the turn (the last three).
/// </summary>
/// <param name="Reading">From being awake until the request has been received.</param>
/// <param name="Asking">From there until it is sent on.</param>
/// <param name="Sending">The kernel's part of that.</param>
/// <param name="ReadingAnswer">From being awake until the answer, or the last of it that was waited for, has been received.</param>
/// <param name="Answering">From there until it is sent.</param>
/// <param name="SendingAnswer">The kernel's part of that.</param>
/// <param name="AfterAsking">From having sent the request on until nothing is left to do but wait.</param>
/// <param name="Worker">From having sent the request on until being awake for the answer.</param>
/// <param name="AfterAnswering">From having sent the answer until nothing is left to do but wait.</param>
internal sealed record CallSteps(
    double Reading, double Asking, double Sending, double ReadingAnswer, double Answering, double SendingAnswer, double AfterAsking, double Worker, double AfterAnswering)
{
    /// <summary>The calls that a door answered one after the other, out of its system calls by time. What is no whole call is left out.</summary>
    public static IReadOnlyList<CallSteps> Of(IReadOnlyList<SystemCallEvent> events)
    {
        var calls = new List<CallSteps>();
        var reader = new CallStepsReader(calls.Add);

        foreach (var one in events)
        {
            reader.Read(one);
        }

        return calls;
    }
}
