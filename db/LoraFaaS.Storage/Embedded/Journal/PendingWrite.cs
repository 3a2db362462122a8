namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>A write on its way through the one writer.</summary>
internal abstract class PendingWrite<TState, TEntry>
    where TEntry : class
{
    /// <summary>Decides against the state that includes all writes before this one. Null: nothing to store.</summary>
    public abstract TEntry? Decide(TState state);

    /// <summary>The decision is durable (or needed nothing).</summary>
    public abstract void Complete();

    public abstract void Fail(Exception exception);
}
