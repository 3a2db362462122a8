using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace LoraFaaS.Gateway.Inference;

/// <summary>One text as a tensor of type BYTES: by itself, or raw, with its length in four bytes before it, the least first.</summary>
internal static class InferText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null where it is not UTF-8, or a raw length is not that of what follows.</summary>
    public static string? Read(ByteString content, bool isRaw)
    {
        var bytes = content.Span;

        if (isRaw)
        {
            if (bytes.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != bytes.Length - sizeof(uint))
            {
                return null;
            }

            bytes = bytes[sizeof(uint)..];
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static ByteString WriteRaw(string text)
    {
        var raw = new byte[sizeof(uint) + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteUInt32LittleEndian(raw, (uint)(raw.Length - sizeof(uint)));
        Encoding.UTF8.GetBytes(text, raw.AsSpan(sizeof(uint)));
        return UnsafeByteOperations.UnsafeWrap(raw);
    }
}
