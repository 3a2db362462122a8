using System.Diagnostics;

namespace LoraFaaS.Cli.Push.Sources;

/// <summary>Where an adapter that is to be pushed lies: a folder, an archive, an address, or a repository of a Hugging Face hub.</summary>
internal abstract record AdapterSource
{
    private AdapterSource()
    {
    }

    /// <summary>A PEFT folder, or a repository's folder in the hub's cache.</summary>
    public sealed record Folder(string Path) : AdapterSource;

    /// <summary>A tar, plain or gzipped.</summary>
    public sealed record Archive(string Path) : AdapterSource;

    /// <summary>Where an archive is fetched from.</summary>
    public sealed record Web(Uri Address) : AdapterSource;

    public sealed record Hub(HubAddress Address) : AdapterSource;

    /// <exception cref="UsageException">It is none of these; the message says what it could have been.</exception>
    public static AdapterSource Read(string text, HubSettings hub)
    {
        if (HubAddress.IsMeant(text, hub.Endpoint))
        {
            return new Hub(HubAddress.Read(text, hub.Endpoint));
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return new Web(address);
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            throw new UsageException($"{text}: an adapter is taken from a folder, a .tar or .tar.gz, http:// or https:// of one, or hf://OWNER/NAME[@REVISION][/FOLDER].");
        }

        return Directory.Exists(text) ? new Folder(text)
            : File.Exists(text) ? new Archive(text)
            : throw new UsageException($"There is no folder or archive {text}; an adapter is a folder that PEFT saved (adapter_config.json, adapter_model.safetensors), or a .tar or .tar.gz of one.{Meant(text)}");
    }

    /// <summary>Whether its bytes come over the network, which takes a while and is said.</summary>
    public bool IsRemote => this switch
    {
        Folder or Archive => false,
        Web or Hub => true,
        _ => throw new UnreachableException(),
    };

    /// <summary>A repository's name alone looks like a path, and is what people copy from the hub's pages.</summary>
    private static string Meant(string text) =>
        text.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name] && owner[0] is not ('.' or '~') ? $" A repository of a hub is hf://{owner}/{name}." : "";
}
