using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Compares by everything that is stored; records that hold lists do not compare so by themselves.</summary>
internal static class Same
{
    public static void As<T>(T expected, T? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(Text(expected), Text(actual));
    }

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, (JsonTypeInfo<T>)StorageJson.Default.GetTypeInfo(typeof(T))!);
}
