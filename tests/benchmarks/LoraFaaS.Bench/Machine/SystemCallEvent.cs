using System.Globalization;

namespace LoraFaaS.Bench.Machine;

/// <summary>A thread has asked the kernel for something, or been answered.</summary>
/// <param name="Micros">Of the monotonic clock, in whole microseconds.</param>
/// <param name="IsEnd">It was answered.</param>
/// <param name="Value">Of an end the result, negative for an error; of a beginning the first argument, which is the descriptor where there is one.</param>
internal readonly record struct SystemCallEvent(int Thread, long Micros, SystemCallKind Kind, bool IsEnd, long Value)
{
    private const string Begins = ": sys_enter: NR ";
    private const string Ends = ": sys_exit: NR ";

    /// <summary>A line of the kernel's trace, such as <c>name-123 [001] ..... 1429.144585: sys_enter: NR 45 (b, 1, …)</c>; null: of something else.</summary>
    public static SystemCallEvent? Parse(string line)
    {
        var begins = line.IndexOf(Begins, StringComparison.Ordinal);
        var ends = begins < 0 ? line.IndexOf(Ends, StringComparison.Ordinal) : -1;
        var at = Math.Max(begins, ends);

        if (at < 0 || line.LastIndexOf(" [", at, StringComparison.Ordinal) is not (> 0 and var processor))
        {
            return null;
        }

        var name = line.AsSpan(0, processor).TrimEnd();
        var thread = int.Parse(name[(name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
        var time = line.AsSpan(0, at);
        var micros = (long)(decimal.Parse(time[(time.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture) * 1_000_000);
        var rest = line.AsSpan(at + (begins < 0 ? Ends : Begins).Length);
        var number = rest[..rest.IndexOf(' ')];
        var kind = KindOf(int.Parse(number, CultureInfo.InvariantCulture));
        var value = begins < 0
            ? long.Parse(rest[(rest.IndexOf('=') + 1)..], CultureInfo.InvariantCulture)
            : (long)ulong.Parse(rest[(rest.IndexOf('(') + 1)..rest.IndexOfAny(',', ')')], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new(thread, micros, kind, begins < 0, value);
    }

    /// <summary>Numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl).</summary>
    private static SystemCallKind KindOf(int number) => number switch
    {
        232 or 281 => SystemCallKind.Wait,
        0 or 45 or 47 => SystemCallKind.Receive,
        1 or 44 or 46 => SystemCallKind.Send,
        _ => SystemCallKind.Other,
    };
}
