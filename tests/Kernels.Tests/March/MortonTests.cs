using System;
using DreamFusion.Kernels.March;
using DreamFusion.References.March;
using Xunit;

namespace DreamFusion.Kernels.Tests.March;

public sealed class MortonTests
{
    // Interleaved by hand: x = 1, y = 10, z = 11 in binary give 110 101 = 53; the others follow from 127 = 1111111.
    [Theory]
    [InlineData(1, 2, 3, 53)]
    [InlineData(127, 0, 0, 299593)]
    [InlineData(0, 127, 0, 599186)]
    [InlineData(127, 127, 127, 2097151)]
    [InlineData(64, 32, 16, 344064)]
    [InlineData(1023, 1023, 1023, 1073741823)]
    public void GoldenIndices(uint x, uint y, uint z, uint index) => Assert.Equal(index, Morton.Encode(x, y, z));

    [Fact]
    public void AgreesWithTheReferenceAndDecodes()
    {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            int x = random.Next(1024), y = random.Next(1024), z = random.Next(1024);
            uint index = Morton.Encode((uint)x, (uint)y, (uint)z);
            Assert.Equal((uint)MarchReference.Morton(x, y, z), index);
            Assert.Equal(((uint)x, (uint)y, (uint)z), (Morton.Decode(index, 0), Morton.Decode(index, 1), Morton.Decode(index, 2)));
        }
    }
}
