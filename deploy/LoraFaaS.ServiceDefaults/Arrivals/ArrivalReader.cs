using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace LoraFaaS.ServiceDefaults.Arrivals;

/// <summary>Reads for a server from its socket's pipe, and notes when each reading ended. All else is the pipe's own.</summary>
internal sealed class ArrivalReader(PipeReader pipe, RequestArrival arrival, TimeProvider time) : PipeReader
{
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var reading = pipe.ReadAsync(cancellationToken);

        if (!reading.IsCompletedSuccessfully)
        {
            return NoteAsync(reading);
        }

        arrival.At = time.GetTimestamp();
        return reading;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!pipe.TryRead(out result))
        {
            return false;
        }

        arrival.At = time.GetTimestamp();
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => pipe.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => pipe.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => pipe.CancelPendingRead();

    public override void Complete(Exception? exception = null) => pipe.Complete(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> NoteAsync(ValueTask<ReadResult> reading)
    {
        var result = await reading;
        arrival.At = time.GetTimestamp();
        return result;
    }
}
