using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// One generation in the lines of several workers at once, with nothing but its name: the generation itself is sent to the one that has a place first, so that no two
/// compute it, and the others' lines are left. Each line is a connection to its worker, and leaving it is closing that.
/// </summary>
internal sealed class PlaceSearch(WorkerForwarder forwarder, TimeProvider time)
{
    /// <summary>The first place that there is, to be disposed as soon as the generation has entered it. Null: no worker could be waited at in this way.</summary>
    public async Task<HeldPlace?> FindAsync(
        Invocation invocation, GenerateRequest request, IReadOnlyList<DispatchOutcome.On> lines, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
        {
            return null;
        }

        var begun = time.GetTimestamp();
        var ask = new GenerateRequest { CallId = request.CallId, Revision = request.Revision, InvocationKey = request.InvocationKey, PlaceOnly = true };
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = lines.Select(line => WaitAsync(invocation, line, ask, leave.Token)).ToList();
        HeldPlace? found = null;

        try
        {
            while (found is null && waiting.Count > 0)
            {
                var ended = await Task.WhenAny(waiting);
                waiting.Remove(ended);
                found = await ended;
            }
        }
        finally
        {
            await leave.CancelAsync();
            await LeaveAsync(waiting);
        }

        cancellationToken.ThrowIfCancellationRequested();

        if (found is not null)
        {
            found.Waited = time.GetElapsedTime(begun);
        }

        return found;
    }

    /// <summary>Null: it was left, or there is none to be had at this worker.</summary>
    private async Task<HeldPlace?> WaitAsync(Invocation invocation, DispatchOutcome.On line, GenerateRequest ask, CancellationToken cancellationToken)
    {
        var call = forwarder.Open(line, ask, null, invocation.TimeLeft);

        try
        {
            // A worker that does not know such a question refuses it: it has neither prompt nor sampling.
            if (await call.AnswerAsync(cancellationToken) is WorkerAnswer.Streaming
                && await call.ReadAsync(cancellationToken) is { Event.KindCase: GenerateEvent.KindOneofCase.Progress })
            {
                var place = new HeldPlace(line, call);
                call = null;
                return place;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Another had one first, or the whole call ends: its own flow says so.
        }
        finally
        {
            if (call is not null)
            {
                await call.DisposeAsync();
            }
        }

        return null;
    }

    /// <summary>Two may have had a place at the same moment: what is not taken is given back at once.</summary>
    private static async Task LeaveAsync(List<Task<HeldPlace?>> waiting)
    {
        foreach (var place in await Task.WhenAll(waiting))
        {
            if (place is not null)
            {
                await place.DisposeAsync();
            }
        }
    }
}
