// Turntables of the recipe's objects as dfk looks at trained ones: 24 azimuths in steps of 15 degrees, elevation 30, distance 4, half width
// 1.15 at the origin, albedo, 256x256 (or SIZE, a multiple of 4) without anti-aliasing (dfk averages squares of 4x4 pixels).
// usage: turntable N SEED OUT_PREFIX CATEGORY [janus|faceless|true [SIZE [WORD]]]
// writes OUT_PREFIX.rgba (N*24 x SIZExSIZEx4 uint8, alpha 0 beside the object) and OUT_PREFIX.tsv (caption, azimuth, category, object)
// janus: the object's front half is rotated onto its back, so that it has a face on both sides: at z < 0 stands what is at (-x, y, -z).
// faceless: its back half is rotated onto its front.
// WORD: only objects with that word in their caption, such as a colour.
// build: g++ -O3 -march=native -ffast-math -fopenmp turntable.cpp -o turntable
#define main render_main
#include "render.cpp"
#undef main
static const int TURNS = 24;
static int SIZE = 256;
// half: 0 as it is, -1 the half behind z = 0 is replaced (janus), 1 the half in front of it (faceless)
static void view(const Obj& o, float az, int half, uint8_t* out) {
  const float th = 60 * PI / 180, ph = az * PI / 180, rad = 4, tanf2 = 1.15f / rad, BR = 1.4f;
  const V3 pos = V3{sinf(th) * sinf(ph), cosf(th), sinf(th) * cosf(ph)} * rad, fw = norm(pos * -1.f), rt = norm(cross(fw, {0, 1, 0})), up = cross(rt, fw);
  auto fold = [&](float* X, float* Z) { if (half) for (int l = 0; l < L; l++) if (Z[l] * half > 0) { X[l] = -X[l]; Z[l] = -Z[l]; } };
  for (int by = 0; by < SIZE; by += 4) for (int bx = 0; bx < SIZE; bx += 4) {
    alignas(64) float dx[L], dy[L], dz[L], t[L], t1[L], X[L], Y[L], Z[L], D[L]; int I[L]; bool act[L], hit[L]; int na = 0;
    for (int l = 0; l < L; l++) {
      float px = ((bx + (l & 3) + .5f) / SIZE * 2 - 1) * tanf2, py = (1 - (by + (l >> 2) + .5f) / SIZE * 2) * tanf2; V3 d = norm(fw + rt * px + up * py); dx[l] = d.x; dy[l] = d.y; dz[l] = d.z;
      float b = dot(pos, d), disc = b * b - (dot(pos, pos) - BR * BR); act[l] = disc > 0; hit[l] = false; t[l] = act[l] ? std::max(-b - sqrtf(disc), 0.f) : 0; t1[l] = act[l] ? -b + sqrtf(disc) : -1; na += act[l];
    }
    for (int it = 0; it < 300 && na; it++) {
      float z[L]; for (int l = 0; l < L; l++) { X[l] = pos.x + dx[l] * t[l]; Y[l] = pos.y + dy[l] * t[l]; z[l] = Z[l] = pos.z + dz[l] * t[l]; }
      fold(X, Z); evalObj<false>(o.v, X, Y, Z, D, nullptr);
      for (int l = 0; l < L; l++) if (act[l]) {
        if (D[l] < .003f) { hit[l] = true; act[l] = false; na--; continue; }
        // The folded field jumps at z = 0, so a step ends just behind that plane.
        float s = D[l] * .92f; if (half) s = std::min(s, std::max(fabsf(z[l]) / (fabsf(dz[l]) + 1e-6f) + .004f, .008f));
        t[l] += s; if (t[l] > t1[l]) { act[l] = false; na--; }
      }
    }
    for (int l = 0; l < L; l++) { X[l] = pos.x + dx[l] * t[l]; Y[l] = pos.y + dy[l] * t[l]; Z[l] = pos.z + dz[l] * t[l]; }
    fold(X, Z); evalObj<true>(o.v, X, Y, Z, D, I);
    for (int l = 0; l < L; l++) {
      V3 c = hit[l] ? partColor(o.v[I[l]], {X[l], Y[l], Z[l]}) : V3{1, 1, 1}; uint8_t* p = out + ((by + (l >> 2)) * SIZE + bx + (l & 3)) * 4; const float v[3] = {c.x, c.y, c.z};
      for (int k = 0; k < 3; k++) p[k] = (uint8_t)std::min(255.f, std::max(0.f, v[k] * 255.f + .5f));
      p[3] = hit[l] ? 255 : 0;
    }
  }
}
int main(int argc, char** argv) {
  if (argc < 5) { fprintf(stderr, "usage: turntable N SEED PREFIX CATEGORY [janus|faceless|true [SIZE [WORD]]]\n"); return 1; }
  int n = atoi(argv[1]); uint64_t seed = strtoull(argv[2], 0, 10); string pre = argv[3]; const string kind = argc > 5 ? argv[5] : "true"; const int half = kind == "janus" ? -1 : kind == "faceless" ? 1 : 0; if (argc > 6) SIZE = atoi(argv[6]);
  if ((!half && kind != "true") || SIZE < 4 || SIZE % 4) { fprintf(stderr, "expected janus, faceless or true and a size that is a multiple of 4\n"); return 1; }
  auto cats = makeCats(); vector<float> cw; float s = 0; int force = -1; for (size_t i = 0; i < cats.size(); i++) { s += cats[i].weight; cw.push_back(s); if (cats[i].name == argv[4]) force = (int)i; }
  if (force < 0) { fprintf(stderr, "no category '%s'; ./render 0 1 0 - lists them\n", argv[4]); return 1; }
  const string word = argc > 7 ? " " + string(argv[7]) + " " : " "; vector<uint64_t> seeds;
  for (uint64_t i = 0; (int)seeds.size() < n; i++) {
    if (i > 1000ull * (n + 1)) { fprintf(stderr, "no caption of '%s' has the word '%s'\n", argv[4], argv[7]); return 1; }
    Rng r(seed * 1000003ull + i); Obj o; Meta m; buildObject(cats, cw, r, o, m, force); if (m.cap.find(word) != string::npos) seeds.push_back(i);
  }
  vector<uint8_t> img((size_t)n * TURNS * SIZE * SIZE * 4); vector<string> lines(n * TURNS);
#pragma omp parallel for schedule(dynamic)
  for (int i = 0; i < n; i++) {
    Rng r(seed * 1000003ull + seeds[i]); Obj o; Meta m; buildObject(cats, cw, r, o, m, force); fit(o, r.u(.92f, 1.02f));
    for (int k = 0; k < TURNS; k++) { view(o, k * 360.f / TURNS, half, &img[((size_t)i * TURNS + k) * SIZE * SIZE * 4]); lines[i * TURNS + k] = m.cap + "\t" + std::to_string(k * 360 / TURNS) + "\t" + m.cat + "\t" + std::to_string(i) + "\n"; }
  }
  FILE* fp = fopen((pre + ".rgba").c_str(), "wb"); fwrite(img.data(), 1, img.size(), fp); fclose(fp); fp = fopen((pre + ".tsv").c_str(), "w"); for (auto& l : lines) fputs(l.c_str(), fp); fclose(fp);
  return 0;
}
