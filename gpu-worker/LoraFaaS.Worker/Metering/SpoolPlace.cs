namespace LoraFaaS.Worker.Metering;

/// <summary>Room on disk for one report, from before its invocation begins until the report is written.</summary>
internal sealed class SpoolPlace(SpoolReserve reserve, int bytes) : IDisposable
{
    private int _ended;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            reserve.Return(bytes);
        }
    }
}
