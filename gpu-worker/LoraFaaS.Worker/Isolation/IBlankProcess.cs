namespace LoraFaaS.Worker.Isolation;

/// <summary>A confined process that may wait to be somebody's.</summary>
internal interface IBlankProcess : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Completes when the kernel has reaped it.</summary>
    Task Exited { get; }
}
