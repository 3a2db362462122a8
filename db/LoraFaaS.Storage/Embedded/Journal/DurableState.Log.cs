namespace LoraFaaS.Storage.Embedded.Journal;

internal sealed partial class DurableState<TState, TEntry>
{
    [LoggerMessage(5101, LogLevel.Information, "Opened the {Store} in {Folder} with {Entries} entries")]
    private partial void LogOpened(string store, string folder, long entries);

    [LoggerMessage(5102, LogLevel.Warning, "The {Store} was cut short by a crash: removed {Bytes} unacknowledged bytes at the end of {Path}")]
    private partial void LogTornTail(string store, long bytes, string path);

    [LoggerMessage(5103, LogLevel.Error, "The {Store} could not be written; the writers were told")]
    private partial void LogWriteFailed(string store, Exception exception);

    [LoggerMessage(5104, LogLevel.Information, "Snapshot {Generation} of the {Store} written: {Bytes} bytes")]
    private partial void LogSnapshot(string store, long generation, long bytes);

    [LoggerMessage(5105, LogLevel.Warning, "No snapshot of the {Store} now; its journals are kept and it is tried again")]
    private partial void LogSnapshotFailed(string store, Exception exception);

    [LoggerMessage(5106, LogLevel.Debug, "Closing: the snapshot of the {Store} is left for another time")]
    private partial void LogSnapshotLeft(string store);
}
