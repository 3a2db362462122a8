namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>How one journalled store behaves. <c>OpenFile</c> is replaced by tests that need a bad disk.</summary>
internal sealed record JournalSettings
{
    /// <summary>Writers that may wait for the disk; the next one waits for a place.</summary>
    public int QueueLength { get; init; } = 1_024;

    /// <summary>A snapshot is taken when the journal has grown by this, and by twice the last snapshot.</summary>
    public long SnapshotAfterBytes { get; init; } = 16 << 20;

    public Func<string, IJournalFile> OpenFile { get; init; } = path => new DiskJournalFile(path);
}
