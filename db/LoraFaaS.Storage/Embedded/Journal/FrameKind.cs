namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>The first byte of a frame's payload.</summary>
internal enum FrameKind : byte
{
    /// <summary>A <see cref="FileHeader"/>; the first frame of every file.</summary>
    Header = (byte)'H',

    /// <summary>Entries, see <see cref="EntryBatch"/>.</summary>
    Entries = (byte)'E',

    /// <summary>The last frame of a snapshot: nothing is missing before it.</summary>
    End = (byte)'Z',
}
