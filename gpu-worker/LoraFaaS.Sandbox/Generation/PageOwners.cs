using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Names whose content a page holds, so that the pool zeroes it before another owner gets it. A keyless hash: it only has to differ, and is never
/// seen outside the process.
/// </summary>
internal static class PageOwners
{
    public static OwnerTag OfAdapter(string digest) => Tag($"adapter\n{digest}");

    /// <summary>Sequences of one revision may find each other's bytes; those of another function, or another version, may not.</summary>
    public static OwnerTag OfRevision(RevisionRef revision) =>
        Tag(NameOf(revision));

    /// <summary>Where the revision's prefix keys begin. Nothing a caller sends is in it, so no prompt of one function finds another's blocks.</summary>
    public static BlockKey SaltOf(RevisionRef revision) => BlockKey.Salt(Encoding.UTF8.GetBytes($"prefix\n{revision.BackboneDigest}\n{NameOf(revision)}"));

    private static string NameOf(RevisionRef revision) =>
        $"revision\n{revision.Namespace}\n{revision.Function}\n{revision.Number}\n{revision.AdapterDigest}";

    private static OwnerTag Tag(string name)
    {
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

        // Zero means nobody.
        return new OwnerTag(hash == 0 ? 1 : hash);
    }
}
