using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.TestKit.Files;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Artifacts;

/// <summary>Two pieces and a bit, to a file and back.</summary>
public sealed class PrefixCipherTests : IDisposable
{
    private const int Bytes = (2 * PrefixCipher.PieceBytes) + 5_000;

    private readonly TempFolder _folder = new();
    private readonly PrefixCipher _cipher = new();
    private readonly MappedMemory _plain = MappedMemory.Anonymous(Bytes);
    private readonly string _path;

    public PrefixCipherTests()
    {
        _path = _folder.File("image");
        new Random(3).NextBytes(_plain.Span(0, Bytes));
        "what a tenant says to its function"u8.CopyTo(_plain.Span(100, 100));
        using var file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write);
        _cipher.Write(file, Seal(1), _plain, 0, 2);
        _cipher.Write(file, Seal(1), _plain, 2, 16);
    }

    public void Dispose()
    {
        _plain.Dispose();
        _cipher.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void What_was_written_comes_back_and_the_disk_does_not_have_it()
    {
        var onDisk = File.ReadAllBytes(_path);

        Assert.Equal(PrefixCipher.FileBytes(Bytes), onDisk.Length);
        Assert.Equal(-1, onDisk.AsSpan().IndexOf("tenant"u8));
        Assert.True(TryRead(_cipher, Seal(1), out var back));
        Assert.Equal(_plain.Span(0, Bytes).ToArray(), back);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(PrefixCipher.PieceBytes + 3)]
    [InlineData(Bytes + 40)]
    public void A_bit_that_turned_is_noticed(int at)
    {
        var onDisk = File.ReadAllBytes(_path);
        onDisk[at] ^= 1;
        File.WriteAllBytes(_path, onDisk);

        Assert.False(TryRead(_cipher, Seal(1), out _));
    }

    [Fact]
    public void A_file_that_is_too_short_or_whose_pieces_changed_places_is_noticed()
    {
        var onDisk = File.ReadAllBytes(_path);
        File.WriteAllBytes(_path, onDisk[..^1]);
        Assert.False(TryRead(_cipher, Seal(1), out _));

        const int Piece = PrefixCipher.PieceBytes + 16;
        File.WriteAllBytes(_path, [.. onDisk[Piece..(2 * Piece)], .. onDisk[..Piece], .. onDisk[(2 * Piece)..]]);
        Assert.False(TryRead(_cipher, Seal(1), out _));
    }

    [Fact]
    public void Another_file_another_owner_and_another_process_do_not_open_it()
    {
        using var another = new PrefixCipher();

        Assert.False(TryRead(_cipher, Seal(2), out _));
        Assert.False(TryRead(_cipher, Seal(1, "elsewhere"), out _));
        Assert.False(TryRead(another, Seal(1), out _));
    }

    private bool TryRead(PrefixCipher cipher, PrefixSeal seal, out byte[] back)
    {
        using var memory = UnsealedMemory.Create("image", Bytes);
        using var file = File.OpenHandle(_path);
        var isRead = cipher.TryRead(file, seal, memory.Descriptor, Bytes, 1, 16) && cipher.TryRead(file, seal, memory.Descriptor, Bytes, 0, 1);
        back = memory.Memory.Span(0, Bytes).ToArray();
        return isRead;
    }

    private static PrefixSeal Seal(ulong number, string trustDomain = "openfaas-fn")
    {
        var sandbox = new SandboxKey(new TrustDomain(trustDomain), Digest.OfBytes([1]));
        Assert.True(NamespaceName.TryParse("openfaas-fn", out var space) & FunctionName.TryParse("sql", out var name));
        return PrefixSeal.Of(number, new PrefixImage(new PrefixKey(sandbox, new FunctionId(space, name), 1), null, new ByteSize(Bytes), TimeSpan.FromSeconds(1)));
    }
}
