namespace LoraFaaS.Worker.Isolation;

/// <summary>A confined process that serves somebody, as its <see cref="ProcessSupervisor{TKey, TProcess}"/> sees it. Disposed more than once, it ends once.</summary>
internal interface IServingProcess<TKey> : IAsyncDisposable
{
    /// <summary>Whom it serves.</summary>
    TKey Key { get; }

    UseBook Uses { get; }

    /// <summary>It can be used no more, whether it knows yet or not.</summary>
    bool IsOver { get; }

    /// <summary>Completes when nothing will be heard from it any more. Never fails.</summary>
    Task Closed { get; }

    /// <summary>Asks it to end when what runs is done.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken);
}
