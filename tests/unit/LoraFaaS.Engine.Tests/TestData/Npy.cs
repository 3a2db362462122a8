using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>Reads float32 arrays of NumPy's format 1.0 in C order.</summary>
internal static class Npy
{
    public static float[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        var header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        Assert.Contains("'<f4'", header, StringComparison.Ordinal);
        Assert.Contains("'fortran_order': False", header, StringComparison.Ordinal);
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + headerLength)).ToArray();
    }
}
