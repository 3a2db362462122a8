using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using LoraFaaS.Linux.Memory;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Prompt prefixes to and from a disk that must not know them: AES-256-GCM (NIST SP 800-38D) in pieces, under a key that was drawn when this was made, is nowhere else, and is wiped with it. What
/// tenants say to their functions is noise on the disk once the process is gone. Safe for several threads.
/// </summary>
internal sealed class PrefixCipher : IDisposable
{
    /// <summary>Small enough for the second-level cache, and large enough that the tag is nothing beside it.</summary>
    internal const int PieceBytes = 256 << 10;

    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int KeyBytes = 32;

    // Pinned, so that the collector leaves no copies of it about.
    private readonly byte[] _key = GC.AllocateArray<byte>(KeyBytes, pinned: true);

    public PrefixCipher() => RandomNumberGenerator.Fill(_key);

    public static int Pieces(long bytes) => checked((int)((bytes + PieceBytes - 1) / PieceBytes));

    /// <summary>Bytes of a file for an image of so many.</summary>
    public static long FileBytes(long bytes) => bytes + ((long)Pieces(bytes) * TagBytes);

    /// <summary>Enciphers some pieces of an image into their places in a file.</summary>
    /// <param name="file">Open to be written.</param>
    /// <param name="seal">Of this file and no other.</param>
    /// <param name="image">All of it.</param>
    /// <param name="from">The first piece.</param>
    /// <param name="count">Pieces at most; there may be fewer.</param>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Write(SafeFileHandle file, PrefixSeal seal, MappedMemory image, int from, int count)
    {
        using var cipher = new AesGcm(_key, TagBytes);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes + TagBytes);
        Span<byte> nonce = stackalloc byte[NonceBytes];

        try
        {
            for (var number = from; number < Math.Min(from + count, Pieces(image.Length)); number++)
            {
                var plain = PieceOf(image, number);
                Name(nonce, seal.Number, number);
                cipher.Encrypt(nonce, plain, piece.AsSpan(0, plain.Length), piece.AsSpan(plain.Length, TagBytes), seal.Owner.Span);
                RandomAccess.Write(file, piece.AsSpan(0, plain.Length + TagBytes), PlaceOf(number));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>
    /// Deciphers some pieces of a file into their places in an image, which is nobody's until all of them are there. False: they are not what was written; what the image then holds is of no use.
    /// </summary>
    /// <param name="file">Open to be read.</param>
    /// <param name="seal">It was written under.</param>
    /// <param name="image">A file in memory. Each piece is opened in the processor's cache and written there as to a file, which zeroes no page that it fills, and maps none.</param>
    /// <param name="bytes">Of the image.</param>
    /// <param name="from">The first piece.</param>
    /// <param name="count">Pieces at most; there may be fewer.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool TryRead(SafeFileHandle file, PrefixSeal seal, SafeFileHandle image, long bytes, int from, int count)
    {
        using var cipher = new AesGcm(_key, TagBytes);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes + TagBytes);
        var opened = ArrayPool<byte>.Shared.Rent(PieceBytes);
        Span<byte> nonce = stackalloc byte[NonceBytes];

        try
        {
            for (var number = from; number < Math.Min(from + count, Pieces(bytes)); number++)
            {
                var place = (long)number * PieceBytes;
                var plain = opened.AsSpan(0, (int)Math.Min(PieceBytes, bytes - place));

                if (!TryFill(file, piece.AsSpan(0, plain.Length + TagBytes), PlaceOf(number)))
                {
                    return false;
                }

                Name(nonce, seal.Number, number);
                cipher.Decrypt(nonce, piece.AsSpan(0, plain.Length), piece.AsSpan(plain.Length, TagBytes), plain, seal.Owner.Span);
                RandomAccess.Write(image, plain, place);
            }

            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);

            // What a tenant said is left lying about in no buffer that others rent.
            ArrayPool<byte>.Shared.Return(opened, clearArray: true);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    private static long PlaceOf(int piece) => (long)piece * (PieceBytes + TagBytes);

    private static Span<byte> PieceOf(MappedMemory image, int piece)
    {
        var offset = (long)piece * PieceBytes;
        return image.Span(offset, (int)Math.Min(PieceBytes, image.Length - offset));
    }

    private static void Name(Span<byte> nonce, ulong file, int piece)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, file);
        BinaryPrimitives.WriteInt32LittleEndian(nonce[sizeof(ulong)..], piece);
    }

    /// <summary>False: the file ends before.</summary>
    private static bool TryFill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(file, bytes, offset);

            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
            offset += read;
        }

        return true;
    }
}
