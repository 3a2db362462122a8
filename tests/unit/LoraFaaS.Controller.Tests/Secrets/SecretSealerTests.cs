using System.Text;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Secrets;

namespace LoraFaaS.Controller.Tests.Secrets;

public sealed class SecretSealerTests
{
    private static readonly SecretKey Old = new([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly SecretKey New = new([.. Enumerable.Repeat((byte)2, 32)]);
    private static readonly SecretName Name = new("token");

    [Theory]
    [InlineData("x")]
    [InlineData("a longer value, with Ümläuts")]
    public void What_is_sealed_opens_to_the_same_bytes(string text)
    {
        var sealer = new SecretSealer(new SecretKeyRing([New]));
        var record = Record(sealer, Encoding.UTF8.GetBytes(text));

        Assert.Equal(SealOpening.Opened, sealer.TryOpen(record, out var opened));
        Assert.Equal(text, Encoding.UTF8.GetString(opened));
        Assert.Equal(-1, record.Value.Bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text + text)));
    }

    [Fact]
    public void The_same_value_is_never_sealed_alike()
    {
        var sealer = new SecretSealer(new SecretKeyRing([New]));

        Assert.NotEqual(Record(sealer, [1, 2, 3]).Value.Bytes, Record(sealer, [1, 2, 3]).Value.Bytes);
    }

    [Fact]
    public void A_changed_byte_anywhere_does_not_open()
    {
        var sealer = new SecretSealer(new SecretKeyRing([New]));
        var record = Record(sealer, [1, 2, 3, 4]);

        for (var i = 0; i < record.Value.Bytes.Length; i++)
        {
            var damaged = record.Value.Bytes.ToArray();
            damaged[i] ^= 0x10;

            Assert.Equal(SealOpening.Damaged, sealer.TryOpen(record with { Value = record.Value with { Bytes = damaged } }, out _));
        }

        Assert.Equal(SealOpening.Damaged, sealer.TryOpen(record with { Value = record.Value with { Bytes = [1, 2] } }, out _));
    }

    [Fact]
    public void A_value_moved_to_another_name_or_namespace_does_not_open()
    {
        var sealer = new SecretSealer(new SecretKeyRing([New]));
        var record = Record(sealer, [9]);

        Assert.Equal(SealOpening.Damaged, sealer.TryOpen(record with { Name = new SecretName("other") }, out _));
        Assert.Equal(SealOpening.Damaged, sealer.TryOpen(record with { Namespace = new NamespaceName("other") }, out _));
    }

    [Fact]
    public void An_old_key_opens_and_the_first_one_seals()
    {
        var record = Record(new SecretSealer(new SecretKeyRing([Old])), [7]);
        var rotated = new SecretSealer(new SecretKeyRing([New, Old]));

        Assert.Equal(SealOpening.Opened, rotated.TryOpen(record, out var value));
        Assert.Equal([7], value);
        Assert.False(rotated.IsCurrent(record.Value));
        Assert.Equal(New.Id, Record(rotated, [7]).Value.KeyId);
        Assert.Equal(SealOpening.KeyMissing, new SecretSealer(new SecretKeyRing([New])).TryOpen(record, out _));
    }

    [Theory]
    [InlineData("", "no key")]
    [InlineData("# nothing\n\n", "no key")]
    [InlineData("abc\n", "line 1")]
    [InlineData("\n# x\nzz00000000000000000000000000000000000000000000000000000000000000", "line 3")]
    public void A_bad_key_file_is_refused_by_line(string text, string expected)
    {
        Assert.False(SecretKeyRing.TryParse(text, out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_ids_tell_keys_apart_and_tell_nothing_else()
    {
        Assert.True(SecretKeyRing.TryParse($"{new string('0', 64)}\n{new string('F', 64)}\n", out var ring, out _));

        Assert.NotEqual(Old.Id, New.Id);
        Assert.Matches("^[0-9a-f]{16}$", ring.Current!.Id);
        Assert.DoesNotContain("000000", ring.Current.ToString(), StringComparison.Ordinal);
    }

    private static SecretRecord Record(SecretSealer sealer, byte[] value) => new()
    {
        Namespace = NamespaceName.Default,
        Name = Name,
        Generation = 1,
        Value = sealer.Seal(NamespaceName.Default, Name, value),
        CreatedAt = Facts.Then,
        UpdatedAt = Facts.Then,
    };
}
