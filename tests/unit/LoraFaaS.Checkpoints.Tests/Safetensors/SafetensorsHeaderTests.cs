using System.Buffers.Binary;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Checkpoints.Tests.Support;

namespace LoraFaaS.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsHeaderTests
{
    [Fact]
    public void Describes_every_tensor_of_a_good_file()
    {
        var file = new SafetensorsBuilder().Add("a", 2, 3).Add("b", 4).Add("empty", 0, 7).Build();

        var header = SafetensorsHeader.Parse(file, file.Length).ValueOrThrow();

        Assert.Equal(["a", "b", "empty"], header.Tensors.Keys.Order());
        Assert.True(header.Tensors["a"].HasShape(2, 3));
        Assert.Equal(24, header.Tensors["b"].Offset);
        Assert.Equal(0, header.Tensors["empty"].ElementCount);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "describes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "end to end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "end to end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "dtype and shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "dtype and shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "whole number")]
    [InlineData("""{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "F33")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "begin <= end")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "missing")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "JSON")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "must be a string")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "Unicode")]
    [InlineData("""[]""", 0, "begin with")]
    [InlineData("""{"a":""", 0, "JSON")]
    public void Refuses_a_broken_header_by_name(string json, int dataBytes, string because)
    {
        var file = SafetensorsBuilder.Raw(json, dataBytes);

        Assert.Contains(because, Refusals.Of(SafetensorsHeader.Parse(file, file.Length)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_length_beyond_the_file_or_the_limit()
    {
        var file = SafetensorsBuilder.Raw("{}", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file, 3);
        Assert.Contains("more than the file holds", Refusals.Of(SafetensorsHeader.Parse(file, file.Length)).Message, StringComparison.Ordinal);

        BinaryPrimitives.WriteUInt64LittleEndian(file, ulong.MaxValue);
        Assert.Contains("limit", Refusals.Of(SafetensorsHeader.Parse(file, file.Length)).Message, StringComparison.Ordinal);

        Assert.Contains("shorter", Refusals.Of(SafetensorsHeader.Parse(new byte[7], 7)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_text_that_is_not_utf8()
    {
        var file = SafetensorsBuilder.Raw("""{"__metadata__":{"x":"??"}}""", 0);
        file[^5] = 0xC3;
        file[^4] = 0x28;

        Assert.Contains("UTF-8", Refusals.Of(SafetensorsHeader.Parse(file, file.Length)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Survives_random_damage()
    {
        var good = new SafetensorsBuilder().Add("model.a", 2, 3).Add("model.b", 4).Build();
        var random = new Random(20_251);
        var accepted = 0;

        for (var round = 0; round < 20_000; round++)
        {
            var file = (byte[])good.Clone();
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            var cut = file.AsSpan(0, random.Next(4) == 0 ? random.Next(file.Length) : file.Length);
            accepted += SafetensorsHeader.Parse(cut, cut.Length) is Reading<SafetensorsHeader>.Accepted ? 1 : 0;
        }

        Assert.InRange(accepted, 1, 19_999);
    }

    [Fact]
    public void Survives_random_json()
    {
        var random = new Random(7);
        string[] pieces = ["{", "}", "[", "]", ":", ",", "\"a\"", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"", "0", "8", "1e999", "-1", "null", "\"__metadata__\""];

        for (var round = 0; round < 4_000; round++)
        {
            var json = new StringBuilder("{");
            for (var i = random.Next(30); i > 0; i--)
            {
                json.Append(pieces[random.Next(pieces.Length)]);
            }

            var file = SafetensorsBuilder.Raw(json.ToString(), 8);
            Assert.NotNull(SafetensorsHeader.Parse(file, file.Length));
        }
    }
}
