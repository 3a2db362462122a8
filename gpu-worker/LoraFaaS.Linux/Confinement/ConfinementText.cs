using System.Collections.Immutable;
using System.Globalization;

namespace LoraFaaS.Linux.Confinement;

/// <summary>
/// A confinement as program arguments, one for each field that says something. Not JSON: reading that would compile more code than the
/// launcher runs otherwise, before every sandbox.
/// </summary>
public static class ConfinementText
{
    private static readonly ImmutableArray<ConfinedKind> Kinds = [ConfinedKind.Sandbox, ConfinedKind.Handler];

    public static IReadOnlyList<string> Write(Confinement confinement)
    {
        ArgumentNullException.ThrowIfNull(confinement);

        List<string> words = [$"kind={Number((int)confinement.Kind)}", $"socket={confinement.Socket}"];
        AddIf(words, confinement.DropCapabilities, "capabilities=drop");
        AddIf(words, confinement.UserBase is not null, $"user={Number(confinement.UserBase ?? 0)}");
        AddIf(words, confinement.NetworkNamespace, "namespace=net");
        AddIf(words, confinement.IpcNamespace, "namespace=ipc");
        AddIf(words, confinement.PrivateTmpBytes is not null, $"tmp={Number(confinement.PrivateTmpBytes ?? 0)}");
        AddIf(words, confinement.WritableFolder is not null, $"write={confinement.WritableFolder}");
        AddIf(words, confinement.FileRules, "files=rules");
        words.AddRange(confinement.Readable.Select(path => $"read={path}"));
        words.AddRange(confinement.Executable.Select(path => $"execute={path}"));
        words.AddRange(confinement.Cgroups.Select(path => $"cgroup={path}"));
        words.AddRange(confinement.Limits.Select(limit => $"limit={Number((int)limit.Resource)}:{limit.Value.ToString(CultureInfo.InvariantCulture)}"));
        AddIf(words, confinement.CallFilter, "calls=filter");
        AddIf(words, confinement.CallWatch, "calls=watch");
        return words;
    }

    /// <exception cref="FormatException">A word that says nothing we know: a launcher of another version must not leave a measure out.</exception>
    public static Confinement Read(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);

        var confinement = new Confinement { Kind = ConfinedKind.Sandbox, Socket = "", DropCapabilities = false };
        List<string> readable = [], executable = [], cgroups = [];
        List<ResourceLimit> limits = [];

        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            var value = equals < 0 ? "" : word[(equals + 1)..];

            switch (name, value)
            {
                case ("kind", _): confinement = confinement with { Kind = ReadKind(value) }; break;
                case ("socket", _): confinement = confinement with { Socket = value }; break;
                case ("capabilities", "drop"): confinement = confinement with { DropCapabilities = true }; break;
                case ("user", _): confinement = confinement with { UserBase = uint.Parse(value, CultureInfo.InvariantCulture) }; break;
                case ("namespace", "net"): confinement = confinement with { NetworkNamespace = true }; break;
                case ("namespace", "ipc"): confinement = confinement with { IpcNamespace = true }; break;
                case ("tmp", _): confinement = confinement with { PrivateTmpBytes = long.Parse(value, CultureInfo.InvariantCulture) }; break;
                case ("write", _): confinement = confinement with { WritableFolder = value }; break;
                case ("files", "rules"): confinement = confinement with { FileRules = true }; break;
                case ("read", _): readable.Add(value); break;
                case ("execute", _): executable.Add(value); break;
                case ("cgroup", _): cgroups.Add(value); break;
                case ("limit", _): limits.Add(ReadLimit(value)); break;
                case ("calls", "filter"): confinement = confinement with { CallFilter = true }; break;
                case ("calls", "watch"): confinement = confinement with { CallWatch = true }; break;
                default: throw new FormatException($"'{word}' is no measure of confinement.");
            }
        }

        return confinement with { Readable = [.. readable], Executable = [.. executable], Cgroups = [.. cgroups], Limits = [.. limits] };
    }

    private static ConfinedKind ReadKind(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Kinds.Length
            ? Kinds[number]
            : throw new FormatException($"'{value}' is no kind of process.");

    private static ResourceLimit ReadLimit(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return new ResourceLimit(
            (Resource)int.Parse(value.AsSpan(0, Math.Max(0, colon)), CultureInfo.InvariantCulture),
            ulong.Parse(value.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }

    private static void AddIf(List<string> words, bool says, string word)
    {
        if (says)
        {
            words.Add(word);
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
