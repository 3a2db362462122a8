using System.Threading.Channels;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Worker.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Owns the waiting room and its time: one reader of one inbox, woken by what happens or by the moment the policy named.</summary>
internal sealed class BatchLoop : BackgroundService
{
    // Admission bounds how many invocations there are, so a full inbox only makes them wait for this loop.
    private readonly Channel<Happening> _inbox = Channel.CreateBounded<Happening>(new BoundedChannelOptions(8_192) { SingleReader = true });
    private readonly WaitingRoom _room;
    private readonly TimeProvider _time;

    public BatchLoop(IOptions<BatchOptions> batching, IOptions<WorkerOptions> worker, TimeProvider time)
    {
        _time = time;
        _room = new WaitingRoom(new BatchLimits(batching.Value.MaxBatch, batching.Value.MaxWait), worker.Value.MaxSequences, time);
    }

    /// <summary>Completes when it is this invocation's turn, or it is refused. However it ends, <see cref="LeaveAsync"/> must follow.</summary>
    public async Task<Turn> EnterAsync(QueueTicket ticket, CancellationToken cancellationToken)
    {
        await _inbox.Writer.WriteAsync(new Happening.Arrived(ticket), cancellationToken);
        return await ticket.Turn.WaitAsync(cancellationToken);
    }

    public ValueTask LeaveAsync(QueueTicket ticket) => _inbox.Writer.WriteAsync(new Happening.Left(ticket), CancellationToken.None);

    /// <param name="ticket">Whose first token came.</param>
    /// <param name="granted">Its turn.</param>
    /// <param name="ttft">Since then; null: it says nothing about others', since it waited for something that they will not.</param>
    /// <param name="cancellationToken">Ends the handing over.</param>
    public ValueTask ObserveAsync(QueueTicket ticket, Turn.Granted granted, TimeSpan? ttft, CancellationToken cancellationToken) =>
        _inbox.Writer.WriteAsync(new Happening.FirstToken(ticket, granted, ttft), cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var something = _inbox.Reader.WaitToReadAsync(stoppingToken).AsTask();
        TimeSpan? wake = null;

        try
        {
            while (true)
            {
                await WaitAsync(something, wake, stoppingToken);

                if (something.IsCompleted)
                {
                    await something;
                    TakeAll();
                    something = _inbox.Reader.WaitToReadAsync(stoppingToken).AsTask();
                }

                wake = _room.Release();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops this loop after the server has let its last request go.
        }
    }

    private async Task WaitAsync(Task something, TimeSpan? wake, CancellationToken stoppingToken)
    {
        if (wake is not { } time)
        {
            await something.WaitAsync(stoppingToken);
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(something, Task.Delay(time, _time, enough.Token));
        await enough.CancelAsync();
    }

    private void TakeAll()
    {
        while (_inbox.Reader.TryRead(out var happening))
        {
            switch (happening)
            {
                case Happening.Arrived arrived:
                    _room.Arrive(arrived.Ticket);
                    break;
                case Happening.Left left:
                    _room.Leave(left.Ticket);
                    break;
                case Happening.FirstToken first:
                    if (first.Ttft is { } ttft)
                    {
                        _room.Observe(first.Ticket.Function, first.Granted.Batch, ttft, first.Granted.Contenders);
                    }

                    _room.Begin(first.Ticket);
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private abstract record Happening
    {
        internal sealed record Arrived(QueueTicket Ticket) : Happening;

        internal sealed record Left(QueueTicket Ticket) : Happening;

        internal sealed record FirstToken(QueueTicket Ticket, Turn.Granted Granted, TimeSpan? Ttft) : Happening;
    }
}
