namespace LoraFaaS.Storage.Postgres;

/// <summary>Whether a try has come to the point from which it may have happened.</summary>
internal sealed class CommitMark
{
    public bool IsSet { get; private set; }

    public void Set() => IsSet = true;
}
