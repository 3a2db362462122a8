using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Gateway.Async;

/// <summary>A leased call that this gateway is working on. The lease loop owns it.</summary>
internal sealed class CallRun(LeasedCall leased, CancellationToken stopping) : IDisposable
{
    private readonly CancellationTokenSource _lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly Lock _ending = new();
    private bool _ended;

    public LeasedCall Leased => leased;

    /// <summary>Cancelled when the lease is lost or the gateway stops.</summary>
    public CancellationToken Stopped => _lost.Token;

    public void Lose()
    {
        lock (_ending)
        {
            if (!_ended)
            {
                _lost.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_ending)
        {
            _ended = true;
        }

        _lost.Dispose();
    }
}
