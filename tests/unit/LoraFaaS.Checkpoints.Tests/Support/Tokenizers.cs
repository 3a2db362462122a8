using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Support;

internal static class Tokenizers
{
    public static string[] Families { get; } =
        [.. Directory.EnumerateDirectories(RepositoryRoot.Of("tests", "data", "tokenizers")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static Tokenizer Demo() => Tokenizer.Load(
        File.ReadAllBytes(Path.Combine(Repository.Backbone, "tokenizer.json")),
        File.ReadAllBytes(Path.Combine(Repository.Backbone, "tokenizer_config.json"))).ValueOrThrow();

    public static Tokenizer OfFamily(string name) => Tokenizer.Load(File.ReadAllBytes(FileOf(name, "tokenizer.json")), null).ValueOrThrow();

    public static string FileOf(string family, string file) => RepositoryRoot.Of("tests", "data", "tokenizers", family, file);
}
