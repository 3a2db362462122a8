using System.Collections.Frozen;
using System.Diagnostics;
using Iced.Intel;

namespace LoraFaaS.Engine.Cpu.Assembling;

/// <summary>
/// The assembled kernels of a set, in one run of executable pages. Made once a process (the set's own lazy field) and never freed:
/// a backend may be gone while another still runs them.
/// </summary>
internal sealed class KernelCode
{
    private const int Alignment = 64;

    private readonly ExecutableMemory _memory;
    private readonly FrozenDictionary<IKernelForm, nint> _entries;

    private KernelCode(ExecutableMemory memory, FrozenDictionary<IKernelForm, nint> entries, int bytes, TimeSpan took)
    {
        _memory = memory;
        _entries = entries;
        Bytes = bytes;
        Took = took;
    }

    /// <summary>Bytes of code, the padding between kernels included.</summary>
    public int Bytes { get; }

    public int Count => _entries.Count;

    /// <summary>What assembling cost, compiling the assembler itself included.</summary>
    public TimeSpan Took { get; }

    /// <summary>Where a kernel begins: what a <c>delegate* unmanaged</c> is made of.</summary>
    public nint this[IKernelForm form] => _entries[form];

    public static KernelCode Assemble(IReadOnlyCollection<IKernelForm> forms)
    {
        var begun = Stopwatch.GetTimestamp();
        var pieces = forms.Distinct().Select(form => (Form: form, Code: Encode(form))).ToArray();
        var offsets = new Dictionary<IKernelForm, int>();
        var end = 0;
        foreach (var (form, code) in pieces)
        {
            offsets.Add(form, end);
            end += (code.Length + Alignment - 1) / Alignment * Alignment;
        }

        var memory = ExecutableMemory.Create(end, address => Copy(pieces, offsets, address, end));
        var entries = offsets.ToFrozenDictionary(pair => pair.Key, pair => memory.Address + pair.Value);
        return new KernelCode(memory, entries, end, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Jumps inside a kernel are relative, and it refers to nothing outside: its bytes do not depend on where they lie.</summary>
    private static byte[] Encode(IKernelForm form)
    {
        var assembler = new Assembler(64);
        form.Write(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    private static unsafe void Copy((IKernelForm Form, byte[] Code)[] pieces, Dictionary<IKernelForm, int> offsets, nint address, int length)
    {
        var pages = new Span<byte>((void*)address, length);
        foreach (var (form, code) in pieces)
        {
            code.CopyTo(pages[offsets[form]..]);
        }
    }
}
